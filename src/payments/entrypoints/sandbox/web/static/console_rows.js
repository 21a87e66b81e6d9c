/* One payment, webhook, call and fault as the console shows it. */
import { dayAndTime, element, fill, moment, money, words } from "./console_format.js";

export function pill(kind, text) {
  return element("span", { class: `pill ${kind}` }, text);
}

function method(row) {
  const said = words.methods[row.pay_method] || row.pay_method || row.pg_provider;
  const more = row.vbank_num ? `${row.vbank_name} ${row.vbank_num}` : row.card_name;
  return element("td", { class: "method" }, said,
    element("small", {}, [row.pay_method ? row.pg_provider : row.pg_id, more].filter(Boolean).join(" · ")));
}

export function paymentRow(row, now, act) {
  const order = element("button", { type: "button", class: "order", onclick: () => act("detail", row) }, row.merchant_uid);
  const amount = element("td", { class: "number" }, element("strong", {}, money(row.amount, row.currency)));
  if (row.cancel_amount > 0) amount.append(element("small", {}, fill(words.refunded, money(row.cancel_amount, row.currency))));
  const state = element("td", { class: "state" }, pill(row.state, words.states[row.state]));
  if (row.fail_reason) state.append(element("small", {}, row.fail_reason));
  const buttons = row.actions.map((action) =>
    element("button", { type: "button", class: `act ${action}`, onclick: () => act(action, row) }, words[action]));
  const named = [row.generation === "V2" ? "V2" : "", row.name, row.buyer_name].filter(Boolean).join(" · ");
  return element("tr", { "data-imp-uid": row.imp_uid, "data-state": row.state },
    element("td", { class: "what" }, order,
      element("small", {}, element("time", {}, moment(row.started_at, now)), named ? ` · ${named}` : "")),
    method(row), amount, state, element("td", { class: "actions" }, element("div", {}, ...buttons)));
}

export function webhookItem(hook, now) {
  const data = hook.body.data || {};
  const about = hook.body.merchant_uid || data.paymentId || data.billingKey || hook.body.payment_id || hook.imp_uid;
  const ended = hook.finished_at !== null && hook.finished_at !== undefined;
  const [kind, text] = !ended ? ["window", words.waiting]
    : hook.http >= 200 && hook.http < 300 ? ["paid", String(hook.http)] : ["failed", hook.http ? String(hook.http) : hook.error || words.no_answer];
  return element("li", { "data-webhook": hook.number, "data-http": ended ? hook.http : "" },
    pill(kind, text),
    element("div", {},
      element("strong", {}, `${hook.body.status || hook.body.type} `, element("code", {}, about)),
      element("small", {}, hook.url, hook.attempt > 1 ? ` · ${fill(words.attempt, hook.attempt)}` : "")),
    element("time", {}, moment(hook.queued_at, now)));
}

export function callItem(call, now) {
  const good = call.http < 400 && call.code === 0;
  const sent = JSON.stringify({ ...call.query, ...call.body });
  return element("li", { "data-call": call.number, "data-path": call.path },
    pill(good ? "paid" : call.http >= 500 || call.fault ? "failed" : "deposit", call.fault && !call.http ? "–" : String(call.http)),
    element("div", {},
      element("strong", {}, `${call.method} `, element("code", {}, call.path)),
      element("small", {}, [call.fault, call.code ? `code ${call.code}` : "", call.message, call.note, sent === "{}" ? "" : sent].filter(Boolean).join(" · "))),
    element("time", { title: `${call.milliseconds} ms` }, moment(call.at, now)));
}

export function faultItem(fault, turnOff) {
  const applied = words.applied.replace("{applied}", fault.applied).replace("{calls}", fault.calls);
  return element("li", { "data-fault": fault.text },
    element("div", {}, element("strong", {}, element("code", {}, fault.text)), element("small", {}, applied)),
    element("button", { type: "button", class: "act", onclick: () => turnOff(fault) }, words.fault_off));
}

export function facts(row) {
  const told = [
    [row.generation === "V2" ? "transactionId" : "imp_uid", row.imp_uid], [words.order, row.merchant_uid], [words.amount, money(row.amount, row.currency)],
    [words.channel, `${row.pg_provider} · ${row.pg_id}`], [words.buyer, row.buyer_name],
    [words.account, row.vbank_num && `${row.vbank_name} ${row.vbank_num} · ~ ${dayAndTime(row.vbank_date)}`],
    ["customer_uid", row.customer_uid], [words.reason, row.fail_reason]
  ];
  return told.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
}

export function pastItem(row) {
  return (then) => element("li", {}, pill(then.state, words.states[then.state]),
    then.cancel_amount > 0 ? ` ${fill(words.refunded, money(then.cancel_amount, row.currency))} ` : " ",
    element("time", {}, dayAndTime(then.at)));
}

/* The console: asks once a second what is new, shows only what has changed, and does what a person presses. */
import { dayAndTime, fill, money, words } from "./console_format.js";
import { callItem, facts, faultItem, pastItem, paymentRow, webhookItem } from "./console_rows.js";

const EVERY = 1000;
const byId = (id) => document.getElementById(id);
const shown = { payments: new Map(), webhooks: new Map(), calls: new Map(), faults: new Map() };
let version = "", ahead = 0, stoppedAt = null, chosen = null, timer = 0, asked = 0, first = true;

async function ask(path, method, body) {
  const response = await fetch(path, {
    method: method || "GET", headers: body ? { "Content-Type": "application/json" } : {}, body: body ? JSON.stringify(body) : undefined
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || answer.message || `HTTP ${response.status}`);
  return answer;
}

/* Put in order what is listed; an entry is made anew only if what it says has changed. */
function list(kind, entries, key, make) {
  const place = byId(kind), known = shown[kind], seen = new Set(), now = present();
  let before = place.firstElementChild;
  for (const entry of entries) {
    const name = String(entry[key]), says = JSON.stringify(entry), old = known.get(name);
    let node = old && old.says === says ? old.node : make(entry, now);
    if (old && node !== old.node) { if (before === old.node) before = old.node.nextElementSibling; old.node.replaceWith(node); }
    if (node !== old?.node && !first) node.classList.add("fresh");
    if (node === before) before = before.nextElementSibling;
    else place.insertBefore(node, before);
    known.set(name, { says, node });
    seen.add(name);
  }
  for (const [name, { node }] of known) if (!seen.has(name)) { node.remove(); known.delete(name); }
  byId(`${kind}-empty`).hidden = entries.length > 0;
}

function present() {
  return stoppedAt === null ? Date.now() / 1000 + ahead : stoppedAt;
}

function showClock() {
  byId("now").textContent = dayAndTime(present());
}

function show(content) {
  ahead = content.now - Date.now() / 1000;
  stoppedAt = content.stopped ? content.now : null;
  byId("stopped").hidden = !content.stopped;
  showClock();
  if (!content.payments) return;
  list("payments", content.payments, "imp_uid", (row, now) => paymentRow(row, now, act));
  list("webhooks", content.webhooks, "number", webhookItem);
  list("calls", content.calls, "number", callItem);
  byId("payments-empty").textContent = byId("find").value ? words.not_found : words.no_payments;
  byId("payments-count").textContent = content.counts.payments;
  byId("calls-count").textContent = content.counts.calls;
}

async function refresh() {
  clearTimeout(timer);
  const turn = ++asked, find = byId("find").value;
  try {
    const [content, faults] = await Promise.all([
      ask(`/_sandbox/console?${new URLSearchParams({ find, since: version })}`), ask("/_sandbox/faults")
    ]);
    if (turn !== asked) return;
    show(content);
    list("faults", faults, "number", (fault) => faultItem(fault, turnOff));
    version = content.version;
    first = false;
    live(true);
  } catch {
    if (turn === asked) live(false);
  }
  if (turn === asked) timer = setTimeout(refresh, document.hidden ? 5 * EVERY : EVERY);
}

function live(is) {
  byId("live").textContent = is ? words.live : words.lost;
  byId("live").classList.toggle("lost", !is);
}

function say(text, wrong) {
  const toast = byId("toast");
  toast.textContent = text;
  toast.classList.toggle("wrong", Boolean(wrong));
  toast.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { toast.hidden = true; }, wrong ? 9000 : 3000);
}

async function press(done, path, method, body) {
  document.body.classList.add("busy");
  try {
    await ask(path, method, body);
    say(words.done[done]);
  } catch (error) {
    say(error.message, true);
  }
  document.body.classList.remove("busy");
  await refresh();
}

function act(action, row) {
  if (action === "detail") return openDetail(row);
  if (action === "refund") return openRefund(row);
  return press(action, `/_sandbox/payments/${row.imp_uid}/${action}`, "POST", {});
}

function openDetail(row) {
  byId("detail-facts").replaceChildren(...facts(row));
  byId("detail-past").replaceChildren(...row.past.map(pastItem(row)));
  byId("detail-window").href = `/_sandbox/windows/${row.imp_uid}`;
  byId("detail").showModal();
}

function openRefund(row) {
  chosen = row;
  byId("refund-order").textContent = [row.merchant_uid, row.name].filter(Boolean).join(" · ");
  byId("refund-amount").value = "";
  byId("refund-left").textContent = fill(words.left, money(row.remaining, row.currency));
  byId("refund-all").textContent = fill(words.refund_all, money(row.remaining, row.currency));
  byId("refund-part").disabled = true;
  byId("refund").showModal();
}

function asNumber(text) {
  const number = Number(text.replaceAll(",", "").trim());
  return text.trim() && Number.isFinite(number) && number > 0 ? number : null;
}

function refund(amount) {
  byId("refund").close();
  return press("refund", `/_sandbox/payments/${chosen.imp_uid}/refund`, "POST", amount === null ? {} : { amount });
}

function turnOff(fault) {
  return press("fault", `/_sandbox/faults/${fault.number}`, "DELETE");
}

byId("refund-amount").addEventListener("input", (event) => {
  const amount = asNumber(event.target.value);
  byId("refund-part").disabled = amount === null || amount > chosen.remaining;
});
byId("refund-part").addEventListener("click", () => refund(asNumber(byId("refund-amount").value)));
byId("refund-all").addEventListener("click", () => refund(null));
byId("refund-amount").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (!byId("refund-part").disabled) byId("refund-part").click();
});
byId("find").addEventListener("input", refresh);
byId("fault-preset").addEventListener("change", (event) => {
  byId("fault-text").value = event.target.value;
  if (!event.target.value) byId("fault-text").focus();
});
byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  press("fault", "/_sandbox/faults", "POST", { text: byId("fault-text").value });
});
for (const button of document.querySelectorAll(".moves button")) {
  const { move, months } = button.dataset;
  button.addEventListener("click", () =>
    press("clock", "/_sandbox/clock", "POST", months ? { months: Number(months) } : { move: Number(move) }));
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
setInterval(showClock, 250);
refresh();

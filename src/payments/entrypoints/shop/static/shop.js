// @ts-check
/**
 * The shop's own script: the pay button, the page a phone comes back to, and a receipt that turns by itself.
 * What the payment became is asked of the payments API by payments.js; here it is only shown.
 */
(() => {
  "use strict";

  /** @type {any} */ const Payments = /** @type {any} */ (globalThis).Payments;
  /** @param {string} id @returns {any} */ const find = (id) => document.getElementById(id);
  /** @type {Record<string, string>} */ const words = JSON.parse(find("words").textContent);

  /** A fresh token of this buyer's, for the payments API: the shop's server signs one for its cookie. */
  async function token() {
    const answer = await fetch("/token", { method: "POST" });
    if (!answer.ok) location.assign(`/enter?to=${encodeURIComponent(location.pathname)}`);
    return (await answer.json()).token;
  }

  /** Show a payment in place of this page: going back from it leads to before the checkout. @param {string} merchantId */
  const receipt = (merchantId) => location.replace(`/receipts/${encodeURIComponent(merchantId)}`);
  /** @param {number} milliseconds */
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  /** @param {string} what a key of the shop's words @param {{ bad?: boolean, provider?: string, link?: string }} [more] */
  function tell(what, { bad = false, provider = "", link = "" } = {}) {
    const notice = find("notice");
    const text = document.createElement("b");
    text.textContent = words[what];
    const rest = document.createTextNode(`${words[`${what}_more`] ?? ""} `);
    const said = document.createElement("span");
    said.className = "provider";
    said.textContent = `“${provider}”`;
    const more = Object.assign(document.createElement("a"), { href: link, textContent: words.history });
    notice.replaceChildren(text, rest, ...(provider ? [said] : []), ...(link ? [more] : []));
    notice.classList.toggle("bad", bad);
    notice.hidden = false;
    notice.focus();
  }

  /** @param {any} error */
  function complain(error) {
    console.info(`Payments: ${error.slug ?? error}: ${error.detail ?? ""}`);
    if (`${error.slug}_more` in words) return tell(error.slug, { bad: error.slug !== "click-expired" });
    tell(error.phase === "opening" ? "no-window" : "trouble", { bad: true });
  }

  const stored = {
    get: () => attempted(() => sessionStorage.getItem("shop.order")), // which order this tab pays
    /** @param {string} order */
    set: (order) => attempted(() => sessionStorage.setItem("shop.order", order)),
  };

  /** @template T @param {() => T} storing @returns {T | null} null where the browser lets us store nothing */
  function attempted(storing) {
    try {
      return storing();
    } catch {
      return null;
    }
  }

  const CHECKS = 60; // series of questions in the first hour
  const CHECK_AGAIN = 15_000; // milliseconds between two of them
  const CHECK_LATER = 300_000; // and after the first hour: a tab that stays open must not go on saying "checking" for ever

  /**
   * Ask until the server knows what became of a payment; nothing else is offered meanwhile.
   * @param {() => Promise<any>} ask @param {(outcome?: any) => void} onUnsure @returns {Promise<any>} an outcome; null for none
   */
  async function known(ask, onUnsure) {
    for (let checks = 1; ; checks++) {
      /** @type {any} */ let unsettled;
      try {
        unsettled = await ask();
        if (!unsettled || unsettled.settled) return unsettled;
      } catch (/** @type {any} */ error) {
        if (error.phase !== "checking" || error.status === 404) throw error;
        console.info(`Payments: ${error.slug}: ${error.detail}`);
      }
      onUnsure(unsettled);
      await pause(checks < CHECKS ? CHECK_AGAIN : CHECK_LATER);
      ask = () => Payments.resume({ api: apiOf(), token });
    }
  }

  const apiOf = () => (find("checkout") ?? find("returning") ?? find("receipt")).dataset.api;

  /** @param {any} outcome a settled one */
  function conclude({ status, payment, left, message }) {
    if (status === "paid" || status === "cancelled" || payment.deposits.length) return receipt(payment.merchant_id);
    if (payment.reason === "amount_mismatch") return receipt(payment.merchant_id);
    if (left) return tell("not_paid");
    const why = ["", "declined"].includes(payment.reason) ? message : payment.reason;
    if (payment.reason) return tell("not_approved", { bad: true, provider: why });
    tell("not_paid", { provider: why });
  }

  // --- checkout --------------------------------------------------------------------------------------------------

  /** @param {HTMLFormElement} form */
  function checkout(form) {
    const button = find("pay");
    const label = button.querySelector(".say");
    const idle = label.textContent;
    const { api, order, reference, amount, script, contact, language } = /** @type {Record<string, string>} */ ({ ...form.dataset });
    const method = () => String(new FormData(form).get("method") ?? "");
    let chosen = method();

    /** @param {string} phase of Payments, or "" when the buyer may pay */
    function show(phase) {
      form.dataset.phase = phase;
      label.textContent = phase ? words[phase] : chosen === "virtual_account" ? words.issue : idle;
      button.setAttribute("aria-disabled", String(Boolean(phase)));
      button.querySelector(".spin").hidden = !phase;
      find("methods").disabled = Boolean(phase);
      find("cash-receipt").hidden = !["virtual_account", "transfer"].includes(chosen);
    }

    form.addEventListener("change", () => {
      chosen = method() || chosen;
      if (!form.dataset.phase) show("");
    });
    show("");
    if (!Payments) {
      form.addEventListener("submit", (event) => event.preventDefault());
      return tell("no-window", { bad: true });
    }
    Payments.preload(script);

    /** Whether another order of this tab is meant, also where nothing is known of it yet. @param {any} [outcome] */
    const isEarlier = (outcome) => (outcome ? outcome.payment.order : stored.get()) !== reference;

    /** @param {() => Promise<any>} ask @param {(outcome: any) => void} then */
    async function take(ask, then) {
      try {
        const outcome = await known(ask, (so) => tell(isEarlier(so) ? "earlier" : "unsure", { link: "/history" }));
        if (outcome) then(outcome);
      } catch (error) {
        complain(error);
      } finally {
        show("");
      }
    }

    take(() => Payments.resume({ api, token, onPhase: show }), (outcome) => {
      if (!isEarlier(outcome)) return conclude(outcome);
      find("notice").hidden = true;
      if (outcome.status === "paid") tell("earlier_paid", { link: "/history" });
    });

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.phase) return;
      if (!find("agree").checked) {
        tell("agree_first");
        return find("agree").focus();
      }
      find("notice").hidden = true;
      const what = { order, method: chosen, expectedAmount: Number(amount), contact: JSON.parse(contact) };
      stored.set(reference);
      await take(() => Payments.pay({ api, token, script, extra: { language }, onPhase: show, ...what }), conclude);
    });
    addEventListener("pageshow", (event) => event.persisted && location.reload()); // what it shows may be over by now
  }

  // --- the other pages -------------------------------------------------------------------------------------------

  /** @param {HTMLElement} page */
  async function returning(page) {
    try {
      const ask = () => Payments.resume({ api: page.dataset.api, token });
      const outcome = await known(ask, () => tell("unsure", { link: "/history" }));
      if (outcome) receipt(outcome.payment.merchant_id);
      else location.replace("/history");
    } catch (error) {
      complain(error);
    }
  }

  /** Finish what this tab has open of this payment; meanwhile the receipt offers no way to pay. @param {HTMLElement} page */
  async function finish(page) {
    /** @param {string} phase @param {string} merchantId */
    const onPhase = (phase, merchantId) => merchantId === page.dataset.merchantId && (page.dataset.phase = phase);
    const outcome = await known(() => Payments.resume({ api: page.dataset.api, token, query: "", onPhase }), () => {});
    delete page.dataset.phase;
    const ours = outcome?.payment.merchant_id === page.dataset.merchantId;
    if (ours && String(outcome.payment.version) !== page.dataset.version) location.reload();
  }

  /** @param {HTMLElement} page the receipt of a payment that may still change: look every few seconds, for an hour */
  async function watch(page) {
    const address = String(page.dataset.watch);
    for (let looks = 0; looks < 900; looks++) {
      await new Promise((done) => setTimeout(done, looks < 100 ? 2000 : 6000));
      if (document.hidden) continue;
      try {
        const answer = await fetch(address, { headers: { Authorization: `Bearer ${await token()}` } });
        const payment = await answer.json();
        if (answer.ok && String(payment.version) !== page.dataset.version) return location.reload();
      } catch {
        // no answer is no news: look again
      }
    }
  }

  document.addEventListener("click", async (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest?.("[data-copy]");
    if (!(button instanceof HTMLElement)) return;
    await navigator.clipboard.writeText(String(button.dataset.copy));
    button.textContent = words.copied;
  });

  if (find("checkout")) checkout(find("checkout"));
  if (find("returning")) returning(find("returning"));
  if (find("receipt")?.dataset.watch) {
    if (Payments) finish(find("receipt")).catch(complain);
    watch(find("receipt"));
  }
})();

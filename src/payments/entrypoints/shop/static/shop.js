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

  /** @param {string} what a key of the shop's words @param {{ bad?: boolean, provider?: string }} [more] */
  function tell(what, { bad = false, provider = "" } = {}) {
    const notice = find("notice");
    const text = document.createElement("b");
    text.textContent = words[what];
    const rest = document.createTextNode(words[`${what}_more`] ?? "");
    const said = document.createElement("span");
    said.className = "provider";
    said.textContent = `“${provider}”`;
    notice.replaceChildren(text, rest, ...(provider ? [said] : []));
    notice.classList.toggle("bad", bad);
    notice.hidden = false;
    notice.focus();
  }

  /** @param {any} error */
  function complain(error) {
    console.info(`Payments: ${error.slug ?? error}: ${error.detail ?? ""}`);
    tell(`${error.slug}_more` in words ? error.slug : "trouble", { bad: true });
  }

  /** @param {any} outcome what Payments.pay or Payments.resume came back with */
  function conclude({ status, payment, settled, message }) {
    if (status === "paid" || status === "cancelled" || payment.deposits.length) return receipt(payment.merchant_id);
    if (!settled) return tell("unsure");
    if (status !== "failed") return tell("not_paid", { provider: message });
    if (payment.reason === "amount_mismatch") return receipt(payment.merchant_id);
    tell("not_approved", { bad: true, provider: message || payment.reason });
  }

  // --- checkout --------------------------------------------------------------------------------------------------

  /** @param {HTMLFormElement} form */
  function checkout(form) {
    const button = find("pay");
    const label = button.querySelector(".say");
    const idle = label.textContent;

    /** @param {string | null} doing a key of the shop's words, or null when the buyer may press again */
    function busy(doing) {
      label.textContent = doing ? words[doing] : idle;
      button.setAttribute("aria-disabled", String(Boolean(doing)));
      button.querySelector(".spin").hidden = !doing;
    }

    if (!Payments) {
      form.addEventListener("submit", (event) => event.preventDefault());
      return tell("no-window", { bad: true });
    }
    const { api, order, reference, amount, script, contact, language } = /** @type {Record<string, string>} */ ({ ...form.dataset });
    const resumed = Payments.resume({ api, token })
      .then((/** @type {any} */ outcome) => outcome?.payment.order === reference && conclude(outcome))
      .catch(complain);

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      find("notice").hidden = true;
      busy("opening");
      await resumed;
      const method = new FormData(form).get("method");
      try {
        const what = { order, method, expectedAmount: Number(amount), contact: JSON.parse(contact) };
        conclude(await Payments.pay({ api, token, script, extra: { language }, ...what }));
      } catch (error) {
        complain(error);
      } finally {
        busy(null);
      }
    });
    addEventListener("pageshow", (event) => event.persisted && location.reload()); // what it shows may be over by now
  }

  // --- the other pages -------------------------------------------------------------------------------------------

  /** @param {HTMLElement} page */
  async function returning(page) {
    try {
      const outcome = await Payments.resume({ api: page.dataset.api, token });
      if (outcome) receipt(outcome.payment.merchant_id);
      else location.replace("/history");
    } catch (error) {
      complain(error);
    }
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
  if (find("receipt")?.dataset.watch) watch(find("receipt"));
})();

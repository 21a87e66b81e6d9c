// The button of `{% payment_button %}`: one payment per click, and words for what came of it.
(() => {
  "use strict";
  const here = document.currentScript;
  const api = here.dataset.api;

  function csrf() {
    const cookie = document.cookie.split("; ").find((one) => one.startsWith(`${here.dataset.csrfCookie}=`));
    return here.dataset.csrfToken || (cookie ? decodeURIComponent(cookie.split("=")[1]) : "");
  }

  const client = () => ({ api, headers: { "X-CSRFToken": csrf() } });

  function tell(button, text) {
    const place = document.getElementById(button.getAttribute("aria-describedby"));
    if (place) place.textContent = text;
  }

  /** Where the page leaves off is the shop's: an event that bubbles, then the button's own address if it is paid. */
  function done(button, outcome) {
    const words = button.dataset;
    const goesOn = button.dispatchEvent(new CustomEvent("payment", { bubbles: true, cancelable: true, detail: outcome }));
    if (!goesOn) return;
    const waiting = outcome.payment.deposits?.length > 0;
    if ((outcome.status === "paid" || waiting) && words.next) return location.assign(words.next);
    if (outcome.status === "paid") return tell(button, words.paid);
    if (waiting) return tell(button, words.deposit);
    tell(button, outcome.settled ? `${words.failed} ${outcome.message || outcome.payment.reason}`.trim() : words.waiting);
  }

  function failed(button, error) {
    const known = button.dataset[`error${error.slug?.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase())}`];
    tell(button, known || `${button.dataset.trouble} (${error.slug ?? error})`);
  }

  async function working(button, text, work) {
    button.disabled = true;
    tell(button, text);
    let paid = false;
    try {
      const outcome = await work();
      paid = outcome?.status === "paid"; // a paid order's button stays as it is, until the page is shown anew
      if (outcome) done(button, outcome);
      else tell(button, "");
    } catch (error) {
      failed(button, error);
    } finally {
      button.disabled = paid;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-payment-order]") : null;
    if (!button) return;
    const { paymentOrder: order, method, amount, script } = button.dataset;
    working(button, button.dataset.opening, () =>
      Payments.pay({ ...client(), order, method, script, expectedAmount: amount ? Number(amount) : undefined }),
    );
  });

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-payment-order]");
    if (button) working(button, "", () => Payments.resume(client()));
  });
})();

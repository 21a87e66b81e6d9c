// @ts-check
/**
 * Payments: guides a buyer through one payment and returns the status that the server knows.
 *
 *   <script src="/payments.js"></script>
 *   const { status, payment } = await Payments.pay({ api: "", token, order: "basic", method: "card", expectedAmount: 12000 });
 *
 *   pay      begins (or takes a payment begun by the shop's server), opens the provider's window, completes or abandons
 *   resume   finishes a payment after a reload or a phone's redirect; call it on every page load
 *
 * What the window reports is never trusted: it only tells the server which attempt to check. Works under a
 * Content-Security-Policy without inline scripts and eval; its script-src, connect-src and frame-src need the
 * provider's origin.
 */
(() => {
  "use strict";

  /** @typedef {string | (() => string | Promise<string>)} Token a JWT of the buyer, or how to get a fresh one */
  /** @typedef {"paid" | "failed" | "awaiting" | "cancelled"} Status */
  /** @typedef {{ merchant_id: string, status: Status, [field: string]: unknown }} Payment as the API renders it */
  /** @typedef {{ script: string, user_code: string, request_pay: Record<string, unknown> }} Opening what opens the window */
  /** @typedef {Payment & { window: Opening, client_token?: string }} Begun the answer to POST /payments */
  /**
   * @typedef {object} Outcome
   * @property {Status} status the status that the server knows, whatever the window reported
   * @property {Payment} payment the payment as the server last returned it
   * @property {boolean} settled false if the provider has not answered yet; the server keeps checking
   * @property {string} message the provider's message on a failure, to be shown unchanged; else ""
   */
  /**
   * @typedef {object} Options
   * @property {string} api the address of the payments API, without a slash at its end; "" on the API's own origin
   * @property {Token} [token] who pays: needed with `order`
   * @property {string} [order] what is bought, in the shop's words
   * @property {string} [method] how: "card", "virtual_account", "kakaopay", …
   * @property {number} [expectedAmount] the amount on the page, in minor units: another price at the shop is refused
   * @property {Record<string, string>} [headers] on the API's own origin, where the page's session says who pays: sent with
   *   each request together with the session's cookie, for example a CSRF token
   * @property {Begun} [payment] instead of `order`: a payment begun by the shop's server
   * @property {string} [clientToken] with `payment`, where its own `client_token` was taken out
   * @property {string} [script] the address of iamport.js, to load it while the payment is begun
   * @property {{ name?: string, phone?: string, email?: string }} [contact] what the window is told of the buyer
   * @property {Record<string, unknown>} [extra] more of request_pay's parameters, such as language; the server's win
   */
  /** @typedef {{ imp_uid?: unknown, error_msg?: unknown }} Said what the window's callback, or a return address, tells */
  /** @typedef {{ api: string, token?: Token, headers?: Record<string, string> }} Client */
  /** @typedef {{ init(code: string): void, request_pay(parameters: object, done: (said?: Said) => void): void }} IMP */

  const OPEN = "payments.open"; // sessionStorage: which payment's window this tab has open
  const RETRY_WAITS = [300, 700, 1000, 2000, 3000, 5000, 8000, 10_000, 10_000, 10_000, 10_000]; // milliseconds: a minute in all
  const REQUEST_TIMEOUT = 20_000; // milliseconds

  /**
   * What went wrong, by a slug that never changes; the page provides the texts for buyers.
   *
   * The API's own slugs ("already-paid", "price-changed", …) come with the HTTP status. Ours have status 0:
   * "unreachable" (no answer from the API), "no-window" (iamport.js did not load), "busy" (another window is open).
   */
  class PaymentsError extends Error {
    /** @param {string} slug @param {number} status @param {string} detail */
    constructor(slug, status, detail) {
      super(detail);
      this.name = "PaymentsError";
      this.slug = slug;
      this.status = status;
      this.detail = detail;
    }

    /** Whether the same request may well succeed a little later. */
    get passing() {
      return this.slug === "unreachable" || this.status === 429 || this.status >= 500;
    }
  }

  // --- the API ---------------------------------------------------------------------------------------------------

  /** @param {Response} response @param {any} problem an RFC 9457 problem, or whatever else came */
  function refusal(response, problem) {
    const slug = String(problem?.slug ?? problem?.type ?? "").split(/[/#:]/).pop() || "unexpected-answer";
    const detail = problem?.detail ?? problem?.title ?? `The payments API answered ${response.status}.`;
    return new PaymentsError(slug, response.status, String(detail));
  }

  /** @param {Client} client @param {string} path @param {object} body @returns {Promise<{ response: Response, body: any }>} */
  async function post({ api, token, headers }, path, body) {
    const bearer = typeof token === "function" ? await token() : token;
    /** @type {RequestInit} */
    const request = {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers, ...(bearer && { Authorization: `Bearer ${bearer}` }) },
      body: JSON.stringify(body),
      credentials: headers ? "same-origin" : "omit",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
    };
    /** @type {Response} */ let response;
    /** @type {any} */ let answer;
    try {
      response = await fetch(`${api}${path}`, request);
      answer = await response.json().catch(() => null);
    } catch (error) {
      throw new PaymentsError("unreachable", 0, `The payments API did not answer: ${error}`);
    }
    if (!response.ok || answer === null) throw refusal(response, answer);
    return { response, body: answer };
  }

  /**
   * Ask until the server knows: again while it answers 202 or not at all, ever more slowly, for about a minute.
   * @param {() => Promise<{ response: Response, body: Payment }>} ask @returns {Promise<{ payment: Payment, settled: boolean }>}
   */
  async function persist(ask) {
    /** @type {Payment | undefined} */ let payment;
    /** @type {unknown} */ let trouble;
    for (const wait of RETRY_WAITS) {
      let asked = 0;
      try {
        const { response, body } = await ask();
        payment = body;
        if (response.status !== 202) return { payment, settled: true };
        asked = Number(response.headers.get("Retry-After")) * 1000;
      } catch (error) {
        if (!(error instanceof PaymentsError && error.passing)) throw error;
        trouble = error;
      }
      await new Promise((done) => setTimeout(done, Math.min(Math.max(wait, asked || 0), 10_000)));
    }
    if (payment) return { payment, settled: false };
    throw trouble;
  }

  // --- the provider's window -------------------------------------------------------------------------------------

  /** @returns {IMP | undefined} */
  const provider = () => /** @type {any} */ (globalThis).IMP;
  /** @type {Map<string, Promise<void>>} */ const scripts = new Map();
  /** @type {string | undefined} */ let initialised;

  /** @param {string} url @returns {Promise<void>} */
  function load(url) {
    const known = provider() ? Promise.resolve() : scripts.get(url);
    if (known) return known;
    const loading = new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = () => done(undefined);
      script.onerror = () => {
        scripts.delete(url); // the next click tries again
        script.remove();
        fail(new PaymentsError("no-window", 0, `The payment window's script could not be loaded from ${url}.`));
      };
      document.head.append(script);
    });
    scripts.set(url, loading);
    return loading;
  }

  /** @param {Opening} opening @param {object} [extra] @returns {Promise<Said | undefined>} */
  function open({ user_code, request_pay }, extra) {
    const imp = provider();
    if (!imp) throw new PaymentsError("no-window", 0, "iamport.js was loaded, but it brought no payment window.");
    if (initialised !== user_code) imp.init((initialised = user_code));
    return new Promise((done) => imp.request_pay({ ...extra, ...request_pay }, done));
  }

  // --- one payment -----------------------------------------------------------------------------------------------

  /** @type {{ what: string, promise: Promise<any> } | undefined} */
  let running;
  // A page that the browser brings back as it was has a window that no longer exists.
  addEventListener("pageshow", (event) => event.persisted && (running = undefined));

  /** @template T @param {string} what @param {() => Promise<T>} work @returns {Promise<T>} */
  function alone(what, work) {
    if (running?.what === what) return running.promise;
    if (running) return Promise.reject(new PaymentsError("busy", 0, "Another payment's window is open on this page."));
    const mine = { what, promise: work().finally(() => running === mine && (running = undefined)) };
    running = mine;
    return mine.promise;
  }

  /** @param {Options} options @returns {Promise<Begun>} */
  async function begin({ api, token, headers, order, method, expectedAmount, contact }) {
    const asked = { order, method, expected_amount: expectedAmount, contact };
    const { body } = await post({ api, token, headers }, "/payments", asked);
    return body;
  }

  /**
   * Tell the server that the window is gone, and by which attempt if we know; what it answers is the truth.
   * @param {Client} client @param {string} merchantId @param {Said} [said] @returns {Promise<Outcome>}
   */
  async function finish(client, merchantId, said) {
    const path = `/payments/${encodeURIComponent(merchantId)}`;
    const message = typeof said?.error_msg === "string" ? said.error_msg : "";
    const abandon = () => post(client, `${path}/abandon`, message ? { reason: message.slice(0, 200) } : {});
    const complete = () => post(client, `${path}/complete`, { gateway_id: said?.imp_uid });
    const named = typeof said?.imp_uid === "string" && said.imp_uid !== "";
    try {
      const known = await persist(named ? complete : abandon).catch((error) => {
        if (error.slug !== "attempt-mismatch") throw error;
        return persist(abandon); // a stranger's attempt was named: look for ours
      });
      forget();
      return { status: known.payment.status, ...known, message };
    } catch (error) {
      if (!(error instanceof PaymentsError && (error.passing || error.status === 401))) forget();
      throw error;
    }
  }

  /** @param {string} merchantId @param {string} [clientToken] */
  function remember(merchantId, clientToken) {
    try {
      sessionStorage.setItem(OPEN, JSON.stringify({ merchantId, clientToken }));
    } catch {
      // without storage a reload cannot be finished here; the provider's webhook still settles the payment
    }
  }

  /** @returns {{ merchantId?: string, clientToken?: string }} */
  function remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(OPEN) ?? "{}");
    } catch {
      return {};
    }
  }

  function forget() {
    try {
      sessionStorage.removeItem(OPEN);
    } catch {
      // see remember
    }
  }

  /**
   * Take the buyer through one payment. A second call for the same thing shares the first one's promise.
   *
   * Where the window is a redirect (phones), the page is left and the promise never ends: `resume` goes on.
   * @param {Options} options @returns {Promise<Outcome>} @throws {PaymentsError}
   */
  function pay(options) {
    const what = options.payment?.merchant_id ?? options.order;
    if (!what) return Promise.reject(new TypeError("Payments.pay needs an order, or a payment begun by the shop."));
    return alone(what, async () => {
      if (options.script) load(options.script).catch(() => {}); // a head start; trouble is told below
      const begun = options.payment ?? (await begin(options));
      const clientToken = options.clientToken ?? begun.client_token;
      await load(options.script ?? begun.window.script);
      remember(begun.merchant_id, clientToken);
      const said = await open(begun.window, options.extra);
      return finish({ ...options, token: clientToken ?? options.token }, begun.merchant_id, said);
    });
  }

  /**
   * Finish what a reload or a redirect interrupted: the payment named in the address, or the one this tab had open.
   *
   * @param {Client & { query?: string }} options
   * @returns {Promise<Outcome | null>} null where nothing was interrupted @throws {PaymentsError}
   */
  async function resume({ api, token, headers, query = location.search }) {
    const said = Object.fromEntries(new URLSearchParams(query));
    const { merchantId, clientToken } = remembered();
    const which = said.merchant_uid || merchantId;
    if (!which) return null;
    const mine = which === merchantId ? clientToken : undefined;
    return alone(which, () => finish({ api, token: mine ?? token, headers }, which, said));
  }

  Object.assign(globalThis, { Payments: Object.freeze({ pay, resume, PaymentsError }) });
})();

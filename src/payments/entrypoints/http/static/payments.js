// @ts-check
/**
 * Payments: guides a buyer through one payment and returns the status that the server knows.
 *
 *   <script src="/payments.js"></script>
 *   const { status, payment } = await Payments.pay({ api: "", token, order: "basic", method: "card", expectedAmount: 12000 });
 *
 *   pay      begins (or takes a payment begun by the shop's server), opens the provider's window, completes or abandons
 *   resume   finishes a payment after a reload or a phone's redirect; call it on every page load
 *   preload  loads the provider's script before the buyer clicks, so that the click opens the window at once
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
  /** @typedef {{ provider: string, script: string, parameters: any }} Opening what opens the window, in the provider's words */
  /** @typedef {Payment & { window: Opening, client_token?: string }} Begun the answer to POST /payments */
  /**
   * @typedef {object} Outcome
   * @property {Status} status the status that the server knows, whatever the window reported
   * @property {Payment} payment the payment as the server last returned it
   * @property {boolean} settled false if the provider has not answered yet; the server keeps checking
   * @property {string} message the provider's message on a failure, to be shown unchanged; else ""
   * @property {boolean} left whether the buyer closed the window, so that nothing has to sound like a failure
   */
  /** @typedef {"opening" | "open" | "checking"} Phase before the window, in the window, and until the server knows */
  /** @typedef {(phase: Phase, merchantId?: string) => void} OnPhase while "checking", offer no way to pay again */
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
   * @property {string} [script] the address of the provider's script, to load it while the payment is begun
   * @property {{ name?: string, phone?: string, email?: string }} [contact] what the window is told of the buyer
   * @property {Record<string, unknown>} [extra] more parameters of the provider's window, such as language; the server's win
   * @property {OnPhase} [onPhase] told of each phase as it begins
   */
  /** @typedef {{ gatewayId?: string, message?: string }} Said what the window, or a return address, tells */
  /** @typedef {{ api: string, token?: Token, headers?: Record<string, string> }} Client */
  /** @typedef {{ go: OnPhase, run<T>(work: () => Promise<T>): Promise<T> }} Steps */
  /** @typedef {{ merchantId?: string, clientToken?: string, said?: Said }} Memory what this tab has open, or still checks */
  /** @typedef {{ init(code: string): void, request_pay(parameters: object, done: (said?: any) => void): void }} IMP */
  /** @typedef {{ requestPayment(parameters: object): Promise<any> }} PortOne */
  /** @typedef {{ global: string, open(parameters: any, extra: Record<string, unknown>): Promise<Said> }} Opener */

  const OPEN = "payments.open"; // sessionStorage: which payment's window this tab has open, or whose result it awaits
  const RETRY_WAITS = [300, 700, 1000, 2000, 3000, 5000, 8000, 10_000, 10_000, 10_000, 10_000]; // milliseconds: a minute in all
  const REQUEST_TIMEOUT = 20_000; // milliseconds
  const LEFT = /사용자\S*\s*(결제\S*\s*)?취소|결제\s*포기|PAY_PROCESS_CANCELED/; // how PGs say that the buyer closed the window
  const LEAVES_PAGE = /Mobi|Android/i.test(navigator.userAgent); // a phone goes to the window, and blocks no popup

  /**
   * What went wrong, by a slug that never changes; the page provides the texts for buyers.
   *
   * The API's own slugs ("already-paid", "price-changed", …) come with the HTTP status. Ours have status 0:
   * "unreachable" (no answer from the API), "no-window" (the provider's script did not load), "busy" (another window is open),
   * "click-expired" (the browser would block the window: ask for another click, which opens it at once).
   *
   * `phase` is where it happened: in "opening" no window was open, so no money can have moved.
   */
  class PaymentsError extends Error {
    /** @param {string} slug @param {number} status @param {string} detail */
    constructor(slug, status, detail) {
      super(detail);
      this.name = "PaymentsError";
      this.slug = slug;
      this.status = status;
      this.detail = detail;
      /** @type {Phase | undefined} */ this.phase = undefined;
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

  /** @type {Map<string, Promise<void>>} */ const scripts = new Map();
  /** @type {string | undefined} */ let initialised;
  /** @param {unknown} value */
  const text = (value) => (typeof value === "string" ? value : "");

  /** How the window of each provider is opened, and what it says when it is gone. @type {Record<string, Opener>} */
  const OPENERS = {
    iamport: {
      global: "IMP",
      open({ user_code, request_pay }, extra) {
        const { IMP } = /** @type {{ IMP: IMP }} */ (/** @type {unknown} */ (globalThis));
        if (initialised !== user_code) IMP.init((initialised = user_code));
        /** @param {any} said @returns {Said} */
        const told = (said) => ({ gatewayId: text(said?.imp_uid), message: text(said?.error_msg) });
        return new Promise((done) => IMP.request_pay({ ...extra, ...request_pay }, (said) => done(told(said))));
      },
    },
    portone: {
      global: "PortOne",
      async open({ request_payment }, { language, ...extra }) {
        const { PortOne } = /** @type {{ PortOne: PortOne }} */ (/** @type {unknown} */ (globalThis));
        const locale = language && { locale: language === "en" ? "EN_US" : "KO_KR" };
        const leaving = LEAVES_PAGE && { forceRedirect: true };
        /** @type {any} */ let said;
        try {
          said = await PortOne.requestPayment({ ...locale, ...extra, ...request_payment, ...leaving });
        } catch (error) {
          return { message: text(/** @type {any} */ (error)?.message) }; // it opened no window
        }
        if (said === undefined) return new Promise(() => {}); // the page is being left; `resume` goes on
        return { gatewayId: text(said.txId), message: said.code === undefined ? "" : text(said.message) };
      },
    },
  };

  /** @param {string} url @param {string} [name] the global that the script brings @returns {Promise<void>} */
  function load(url, name) {
    const known = name && name in globalThis ? Promise.resolve() : scripts.get(url);
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

  /** @param {Opening} opening @returns {Promise<Opener>} what opens it, once its script is there */
  async function opener({ provider, script }) {
    const found = OPENERS[provider];
    if (!found) throw new PaymentsError("no-window", 0, `This script cannot open a window of ${provider}.`);
    await load(script, found.global);
    if (!(found.global in globalThis)) {
      throw new PaymentsError("no-window", 0, `The script ${script} was loaded, but it brought no payment window.`);
    }
    return found;
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

  /** Tell the page of phases, and errors of the phase that they happened in. @param {OnPhase} [onPhase] @returns {Steps} */
  function stepping(onPhase) {
    /** @type {Phase | undefined} */ let now;
    return {
      go(phase, merchantId) {
        now = phase;
        try {
          onPhase?.(phase, merchantId);
        } catch (error) {
          reportError(error); // a mistake in the page must not stop a payment
        }
      },
      run: (work) =>
        work().catch((error) => {
          if (error instanceof PaymentsError) error.phase = now;
          throw error;
        }),
    };
  }

  /** @type {{ key: string, begun: Begun } | undefined} what was begun for a click that was too old */
  let waiting;

  /** @param {Options} options @returns {Promise<Begun>} */
  async function begin({ api, token, headers, order, method, expectedAmount, contact }) {
    const asked = { order, method, expected_amount: expectedAmount, contact };
    const key = JSON.stringify(asked);
    if (waiting?.key === key && Date.parse(String(waiting.begun.expires_at)) > Date.now()) return waiting.begun;
    const { body } = await post({ api, token, headers }, "/payments", asked);
    waiting = { key, begun: body };
    return body;
  }

  /** Whether the buyer has just clicked; browsers that cannot tell are taken at their best. */
  const clicked = () => navigator.userActivation?.isActive ?? true;

  /**
   * Tell the server that the window is gone, and by which attempt if we know; what it answers is the truth.
   * Until it knows, this tab remembers the payment.
   * @param {Client} client @param {Steps} steps @param {string} merchantId @param {Said} [said] @returns {Promise<Outcome>}
   */
  async function finish(client, steps, merchantId, said) {
    steps.go("checking", merchantId);
    const path = `/payments/${encodeURIComponent(merchantId)}`;
    const message = said?.message ?? "";
    const abandon = () => post(client, `${path}/abandon`, message ? { reason: message.slice(0, 200) } : {});
    const complete = () => post(client, `${path}/complete`, { gateway_id: said?.gatewayId });
    try {
      const known = await persist(said?.gatewayId ? complete : abandon).catch((error) => {
        if (error.slug !== "attempt-mismatch") throw error;
        return persist(abandon); // a stranger's attempt was named: look for ours
      });
      if (known.settled) forget();
      const left = known.payment.status !== "paid" && (known.payment.reason === "left" || LEFT.test(message));
      return { status: known.payment.status, ...known, message, left };
    } catch (error) {
      if (error instanceof PaymentsError && error.status === 404) forget(); // any other error leaves it unknown
      throw error;
    }
  }

  /** @param {Memory} memory */
  function remember(memory) {
    try {
      sessionStorage.setItem(OPEN, JSON.stringify(memory));
    } catch {
      // without storage a reload cannot be finished here; the provider's webhook still settles the payment
    }
  }

  /** @returns {Memory} */
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
    const byClick = clicked();
    const steps = stepping(options.onPhase);
    return alone(what, () => steps.run(() => through(options, steps, byClick)));
  }

  /** @param {Options} options @param {Steps} steps @param {boolean} byClick @returns {Promise<Outcome>} */
  async function through(options, steps, byClick) {
    steps.go("opening", options.payment?.merchant_id);
    if (options.script) preload(options.script); // a head start; trouble is told below
    const begun = options.payment ?? (await begin(options));
    const merchantId = begun.merchant_id;
    const clientToken = options.clientToken ?? begun.client_token;
    const window = await opener(begun.window);
    if (byClick && !clicked() && !LEAVES_PAGE) {
      throw new PaymentsError("click-expired", 0, "The click is too old to open a window. The next one opens it at once.");
    }
    waiting = undefined;
    remember({ merchantId, clientToken });
    steps.go("open", merchantId);
    const said = await window.open(begun.window.parameters, options.extra ?? {});
    remember({ merchantId, clientToken, said });
    return finish({ ...options, token: clientToken ?? options.token }, steps, merchantId, said);
  }

  /**
   * Load the provider's script before the buyer clicks. A failure is told by `pay`, which tries again.
   * @param {string} script @returns {Promise<boolean>} whether it is loaded
   */
  const preload = (script) => load(script).then(() => true, () => false);

  /**
   * Finish what a reload or a redirect interrupted: the payment named in the address, or the one this tab had open.
   * One that is not settled is finished by the next call.
   *
   * @param {Client & { query?: string, onPhase?: OnPhase }} options
   * @returns {Promise<Outcome | null>} null where nothing was interrupted @throws {PaymentsError}
   */
  async function resume({ api, token, headers, query = location.search, onPhase }) {
    const named = Object.fromEntries(new URLSearchParams(query));
    const memory = remembered();
    const which = named.merchant_uid || named.paymentId || memory.merchantId;
    if (!which) return null;
    const mine = which === memory.merchantId ? memory : undefined;
    const told = { gatewayId: named.imp_uid || named.txId, message: named.error_msg || named.message };
    const said = told.gatewayId ? told : { ...told, ...mine?.said };
    const steps = stepping(onPhase);
    const client = { api, token: mine?.clientToken ?? token, headers };
    return alone(which, () => steps.run(() => finish(client, steps, which, said)));
  }

  Object.assign(globalThis, { Payments: Object.freeze({ pay, resume, preload, PaymentsError }) });
})();

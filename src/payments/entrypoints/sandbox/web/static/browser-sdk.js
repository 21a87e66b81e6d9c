/* The browser side of the local sandbox's PortOne V2: window.PortOne as a shop's page expects it. No payment here is real.
 *
 * It needs of the page's Content-Security-Policy this script (script-src) and one frame (frame-src). The frame asks the
 * server. What cannot open a window is thrown; what ends a window is the promise's value, with a `code` if it failed.
 */
(function () {
  "use strict";

  var script = document.currentScript || document.querySelector('script[src*="/v2/browser-sdk"]');
  var SANDBOX = new URL(script.src, location.href).origin;
  var PHONE_WIDTH = 768;
  var UNREACHABLE_AFTER = 5000;
  var current = null;

  function onPhone() {
    return window.innerWidth < PHONE_WIDTH || /Android|iPhone|iPod|Mobile/.test(navigator.userAgent);
  }

  function redirects(request) {
    return Boolean(request.redirectUrl) && (request.forceRedirect === true || onPhone());
  }

  function thrown(code, text) {
    var error = new Error(text);
    error.code = code;
    error.__portOneErrorType = "PortOneError";
    return error;
  }

  function overlay(request) {
    var frame = document.createElement("iframe");
    var style = {
      position: "fixed", top: "0", left: "0", width: "100%", height: "100%",
      border: "0", margin: "0", zIndex: "2147483647", colorScheme: "normal", background: "rgba(0, 0, 0, 0.45)"
    };
    Object.keys(style).forEach(function (name) { frame.style[name] = style[name]; });
    var english = String(request.locale || "KO_KR").indexOf("EN") === 0;
    frame.title = english ? "Payment window (sandbox)" : "결제창 (샌드박스)";
    frame.name = "portone-iframe";
    frame.allow = "payment";
    frame.src = SANDBOX + "/_sandbox/frame";
    document.body.appendChild(frame);
    return frame;
  }

  function ended() {
    var was = current;
    current = null;
    window.removeEventListener("message", listen);
    clearTimeout(was.timer);
    was.frame.remove();
    if (was.focus && was.focus.focus) was.focus.focus();
    return was;
  }

  /* The page is left: the promise has no value. */
  function leave(url) {
    ended().resolve(undefined);
    location.href = url;
  }

  function listen(message) {
    if (!current || message.source !== current.frame.contentWindow || message.origin !== SANDBOX) return;
    var data = message.data || {};
    if (data.sandbox === "ready") {
      clearTimeout(current.timer);
      current.frame.contentWindow.postMessage({ sandbox: "open", ask: current.ask }, SANDBOX);
    } else if (data.sandbox === "go") {
      leave(data.url);
    } else if (data.sandbox === "result") {
      ended().resolve(data.result);
    } else if (data.sandbox === "refused" && data.thrown) {
      ended().reject(thrown(data.thrown.code, data.thrown.message));
    } else if (data.sandbox === "refused" && current.ask.redirects && data.redirect) {
      leave(data.redirect);
    } else if (data.sandbox === "refused") {
      ended().resolve(data.result);
    }
  }

  function open(kind, request) {
    return new Promise(function (resolve, reject) {
      if (!request || typeof request !== "object") return reject(thrown("RequestParseFailed", "a request is required"));
      if (current) return reject(thrown("BadRequest", "a window is open already"));
      var ask = {
        kind: kind, redirects: redirects(request), phone: onPhone(), page: location.href,
        params: JSON.parse(JSON.stringify(request))
      };
      current = { ask: ask, resolve: resolve, reject: reject, focus: document.activeElement };
      window.addEventListener("message", listen);
      current.timer = setTimeout(function () {
        ended().reject(thrown("Unavailable", "the sandbox cannot be reached: " + SANDBOX));
      }, UNREACHABLE_AFTER);
      current.frame = overlay(request);
    });
  }

  function absent(name) {
    return function () {
      return Promise.reject(thrown("Unimplemented", "the sandbox does not play PortOne." + name));
    };
  }

  window.PortOne = {
    requestPayment: function (request) { return open("v2_payment", request); },
    requestIssueBillingKey: function (request) { return open("v2_billing_key", request); },
    requestIssueBillingKeyAndPay: function (request) { return open("v2_both", request); },
    requestIdentityVerification: absent("requestIdentityVerification"),
    loadPaymentUI: absent("loadPaymentUI"),
    loadIssueBillingKeyUI: absent("loadIssueBillingKeyUI"),
    updateLoadPaymentUIRequest: absent("updateLoadPaymentUIRequest"),
    updateLoadIssueBillingKeyUIRequest: absent("updateLoadIssueBillingKeyUIRequest")
  };
})();

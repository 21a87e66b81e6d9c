/* The browser side of the local Iamport sandbox: window.IMP as a shop's page expects it. No payment here is real.
 *
 * It needs of the page's Content-Security-Policy only what the original needs: this script (script-src) and one frame
 * (frame-src). It uses no eval, no inline style attribute and no request of its own: the frame asks the server.
 */
(function () {
  "use strict";

  var script = document.currentScript || document.querySelector('script[src*="/v1/iamport.js"]');
  var SANDBOX = new URL(script.src, location.href).origin;
  var PHONE_WIDTH = 768;
  var UNREACHABLE_AFTER = 5000;
  var userCode = null;
  var tierCode = null;
  var current = null;

  function onPhone() {
    return window.innerWidth < PHONE_WIDTH || /Android|iPhone|iPod|Mobile/.test(navigator.userAgent);
  }

  function title(params) {
    var language = String((params && params.language) || document.documentElement.lang || "ko");
    return language.toLowerCase().indexOf("en") === 0 ? "Payment window (sandbox)" : "결제창 (샌드박스)";
  }

  function overlay(src, params) {
    var frame = document.createElement("iframe");
    var style = {
      position: "fixed", top: "0", left: "0", width: "100%", height: "100%",
      border: "0", margin: "0", zIndex: "2147483647", colorScheme: "normal", background: "rgba(0, 0, 0, 0.45)"
    };
    Object.keys(style).forEach(function (name) { frame.style[name] = style[name]; });
    frame.title = title(params);
    frame.name = "imp-iframe";
    frame.allow = "payment";
    frame.src = src;
    document.body.appendChild(frame);
    return frame;
  }

  function failure(params, code, text) {
    var merchantUid = params && typeof params.merchant_uid === "string" ? params.merchant_uid : null;
    return { success: false, imp_uid: null, merchant_uid: merchantUid, error_code: code, error_msg: text };
  }

  /* In the order the original checks: the code of the shop, the amount, the merchant_uid. */
  function complaint(kind, params) {
    if (!userCode) return "IMP.init()으로 고객사 식별코드를 먼저 설정해 주세요.";
    if (!params || typeof params !== "object") return "요청 파라미터가 없습니다.";
    if (kind === "payment") {
      if (typeof params.amount !== "number" || !isFinite(params.amount)) return "amount는 숫자여야 합니다.";
      var uid = params.merchant_uid;
      if (typeof uid !== "string" || uid.length < 1 || uid.length > 40) {
        return "merchant_uid는 1~40자의 문자열이어야 합니다.";
      }
    }
    return current ? "이미 열려 있는 결제창이 있습니다." : null;
  }

  function finish(result) {
    var ended = current;
    current = null;
    window.removeEventListener("message", ended.listener);
    clearTimeout(ended.timer);
    ended.frame.remove();
    if (ended.focus && ended.focus.focus) ended.focus.focus();
    if (ended.callback) ended.callback(result);
  }

  function listen(message) {
    if (!current || message.source !== current.frame.contentWindow || message.origin !== SANDBOX) return;
    var data = message.data || {};
    if (data.sandbox === "ready") {
      clearTimeout(current.timer);
      current.frame.contentWindow.postMessage({ sandbox: "open", ask: current.ask }, SANDBOX);
    } else if (data.sandbox === "go") {
      finishQuietly();
      location.href = data.url;
    } else if (data.sandbox === "result") {
      finish(data.result);
    } else if (data.sandbox === "refused") {
      if (!current.callback && data.redirect) {
        finishQuietly();
        location.href = data.redirect;
      } else {
        finish(data.result);
      }
    }
  }

  function finishQuietly() {
    current.callback = null;
    finish(null);
  }

  function open(kind, params, callback) {
    var wrong = complaint(kind, params);
    if (wrong) {
      if (callback) setTimeout(function () { callback(failure(params, "F0001", wrong)); }, 0);
      return;
    }
    var ask = {
      kind: kind, user_code: userCode, tier_code: tierCode, redirects: onPhone(),
      params: JSON.parse(JSON.stringify(params))
    };
    current = { ask: ask, callback: callback, listener: listen, focus: document.activeElement };
    window.addEventListener("message", listen);
    current.timer = setTimeout(function () {
      finish(failure(params, "F0000", "샌드박스 결제창을 열 수 없습니다: " + SANDBOX));
    }, UNREACHABLE_AFTER);
    current.frame = overlay(SANDBOX + "/_sandbox/frame", params);
  }

  window.IMP = {
    init: function (code) { userCode = code; tierCode = null; },
    agency: function (code, tier) { userCode = code; tierCode = tier; },
    request_pay: function (params, callback) { open("payment", params, callback); },
    certification: function (params, callback) { open("certification", params, callback); },
    sandbox: true
  };
})();

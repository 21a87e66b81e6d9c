/* Inside the frame: takes what the page passed to IMP, asks the sandbox for a window, and shows it. */
(function () {
  "use strict";
  var taken = false;

  function refused(origin, text, answer) {
    var result = answer.result || { success: false, imp_uid: null, error_code: "F0000", error_msg: text };
    var refusal = { sandbox: "refused", result: result, redirect: answer.redirect || null, thrown: answer.thrown };
    parent.postMessage(refusal, origin);
  }

  window.addEventListener("message", function (message) {
    if (message.source !== parent || !message.data || message.data.sandbox !== "open" || taken) return;
    taken = true;
    fetch("/_sandbox/windows", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message.data.ask)
    }).then(function (response) { return response.json(); }).then(function (answer) {
      if (!answer.url) refused(message.origin, answer.error || "", answer);
      else if (message.data.ask.redirects) parent.postMessage({ sandbox: "go", url: location.origin + answer.url }, message.origin);
      else location.replace(answer.url + "#" + encodeURIComponent(message.origin));
    }).catch(function (error) { refused(message.origin, String(error), {}); });
  });
  parent.postMessage({ sandbox: "ready" }, "*");
})();

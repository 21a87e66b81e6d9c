/* The payment window: what a person presses becomes one call, and its answer goes back to the shop's page. */
(function () {
  "use strict";
  var main = document.querySelector("main");
  var embedded = window.parent !== window;
  var shopOrigin = decodeURIComponent(location.hash.slice(1)) || "*";
  var busy = false;

  function chosen(name) {
    var input = document.querySelector('input[name="' + name + '"]:checked');
    return input ? input.value : null;
  }

  function say(text) {
    var note = document.getElementById("note");
    note.textContent = text;
    note.hidden = false;
  }

  function give(answer) {
    if (embedded) parent.postMessage({ sandbox: "result", result: answer.result }, shopOrigin);
    else if (answer.redirect) location.replace(answer.redirect);
    else say(main.dataset.lost);
  }

  function press(action, body) {
    if (busy) return;
    busy = true;
    document.body.classList.add("busy");
    fetch(location.pathname + "/" + action, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body || {})
    }).then(function (response) {
      return response.json().then(function (answer) {
        if (!response.ok) throw new Error(answer.error);
        give(answer);
      });
    }).catch(function (error) {
      say(error.message);
    }).finally(function () {
      busy = false;
      document.body.classList.remove("busy");
    });
  }

  function show(tab) {
    document.querySelectorAll('[role="tab"]').forEach(function (other) {
      var selected = other === tab;
      other.setAttribute("aria-selected", String(selected));
      other.tabIndex = selected ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !selected;
    });
    main.dataset.tab = tab.dataset.tab;
    var pay = document.getElementById("approve");
    pay.textContent = tab.dataset.tab === "vbank" ? pay.dataset.issue : pay.dataset.pay;
  }

  document.querySelectorAll('[role="tab"]').forEach(function (tab, index, tabs) {
    tab.addEventListener("click", function () { show(tab); });
    tab.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      var next = tabs[(index + step + tabs.length) % tabs.length];
      show(next);
      next.focus();
    });
  });

  var actions = {
    approve: function () {
      var tab = main.dataset.tab;
      var quota = document.getElementById("quota");
      var receipt = document.getElementById("cash-receipt-" + tab);
      var cash = receipt ? receipt.value : "";
      if (tab === "vbank") press("issue_vbank", { bank_code: chosen("bank"), cash_receipt: cash });
      else if (tab === "easy") press("approve", { method: chosen("easy") });
      else if (tab === "other") press("approve", { method: chosen("other"), cash_receipt: chosen("other") === "trans" ? cash : "" });
      else press("approve", { method: "card", card_code: chosen("card"), quota: quota ? Number(quota.value) : 0 });
    },
    certify: function () {
      var values = {};
      document.querySelectorAll("form input").forEach(function (input) { values[input.name] = input.value; });
      press("certify", values);
    },
    decline: function () { press("decline", { reason: document.getElementById("reason").value }); },
    close: function () { press("leave"); },
    back: function () { press("result"); }
  };
  Object.keys(actions).forEach(function (id) {
    var button = document.getElementById(id);
    if (button) button.addEventListener("click", actions[id]);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && document.getElementById("close")) actions.close();
  });
  // The window is a dialog over the shop's page: Tab goes round in it.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Tab" || !embedded) return;
    var stops = Array.prototype.filter.call(document.querySelectorAll("button, select, input"), function (stop) {
      return !stop.disabled && stop.tabIndex >= 0 && stop.offsetParent !== null;
    });
    var end = event.shiftKey ? stops[0] : stops[stops.length - 1];
    if (document.activeElement !== end) return;
    event.preventDefault();
    (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
  });
  // Until here nothing would happen on a press, so nothing could be pressed.
  document.querySelectorAll("button").forEach(function (button) { button.disabled = false; });
  var first = document.getElementById("approve") || document.getElementById("back") || document.getElementById("certify");
  if (first) first.focus();
})();

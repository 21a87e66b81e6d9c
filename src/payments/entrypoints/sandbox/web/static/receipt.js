/* The sales slip: its button prints it. */
(function () {
  "use strict";
  var button = document.getElementById("print");
  button.addEventListener("click", function () { window.print(); });
  button.disabled = false;
})();

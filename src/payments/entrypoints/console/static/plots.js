// Draws each table that asks for it as a plot above the table. The table has all numbers, so nothing is lost without this.
"use strict";

const COLOURS = ["#1d4fbf", "#c07a00", "#13693f"];
const number = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });

function seriesOf(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const wanted = heads.filter((head) => head.dataset.series !== undefined);
  return wanted.map((head, place) => ({
    label: head.textContent,
    data: rows.map((row) => Number(row.cells[head.cellIndex].dataset.value)),
    backgroundColor: COLOURS[place],
    maxBarThickness: 34,
    borderRadius: 3,
  }));
}

function draw(table) {
  const lying = table.dataset.plot === "bars";
  const frame = document.createElement("div");
  const canvas = document.createElement("canvas");
  frame.className = lying ? "plot low" : "plot";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", table.closest("[aria-label]").getAttribute("aria-label"));
  frame.append(canvas);
  table.closest(".scroll").before(frame);
  const labels = [...table.tBodies[0].rows].map((row) => row.cells[0].textContent);
  const datasets = seriesOf(table);
  const amount = { beginAtZero: true, ticks: { callback: (value) => number.format(value), maxTicksLimit: 6 } };
  const names = { grid: { display: false } };
  if (lying) amount.ticks.precision = 0;
  new Chart(canvas, {
    type: "bar",
    data: { labels, datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      indexAxis: lying ? "y" : "x",
      scales: lying ? { x: amount, y: names } : { x: names, y: amount },
      plugins: { legend: { display: datasets.length > 1, position: "bottom" } },
    },
  });
}

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
for (const table of document.querySelectorAll("table[data-plot]")) draw(table);

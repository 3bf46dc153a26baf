// The waterfall from request to limit, drawn from the numbers in the page; the table beside it says the same.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    const place = document.getElementById("chart");
    const bars = JSON.parse(document.getElementById("chart-bars").textContent);
    if (!place || !bars.length) return;
    place.hidden = false;
    const wan = (text) => Number(text) / 10000;
    const colour = (bar, index) => (index === 0 ? "#5b7083" : index === bars.length - 1 ? "#1f4e79" : wan(bar.end) < wan(bar.start) ? "#b3541e" : "#2f7d4f");
    const chart = echarts.init(place, null, { renderer: "canvas" });
    const narrow = () => place.clientWidth < 560;
    const show = (value) => value.toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    function draw() {
      chart.setOption({
        animation: false,
        aria: { enabled: false },
        grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
        xAxis: { type: "category", data: bars.map((bar) => bar.label), axisLabel: { interval: 0, rotate: narrow() ? 40 : 0, fontSize: 12, color: "#33424f" }, axisTick: { show: false } },
        yAxis: { type: "value", name: place.dataset.unit, axisLabel: { fontSize: 12, color: "#4a5a68" }, splitLine: { lineStyle: { color: "#e3e8ec" } } },
        series: [
          { type: "bar", stack: "limit", silent: true, itemStyle: { color: "transparent" }, data: bars.map((bar) => Math.min(wan(bar.start), wan(bar.end))) },
          {
            type: "bar", stack: "limit", barMaxWidth: 56,
            label: { show: true, position: "top", fontSize: 12, color: "#1d2a35", formatter: (item) => { const bar = bars[item.dataIndex]; const change = wan(bar.end) - wan(bar.start); return item.dataIndex === 0 || item.dataIndex === bars.length - 1 ? show(change) : (change < 0 ? "−" : "+") + show(Math.abs(change)); } },
            data: bars.map((bar, index) => ({ value: Math.abs(wan(bar.end) - wan(bar.start)), itemStyle: { color: colour(bar, index) } })),
          },
        ],
      });
    }
    draw();
    window.addEventListener("resize", function () { chart.resize(); draw(); });
  });
})();

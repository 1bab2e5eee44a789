import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import type { ECBasicOption } from "echarts/types/dist/shared";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

interface ChartData {
  kind: "bar" | "line" | "stacked" | "ranking";
  categories: string[];
  series: { name: string; values: (number | null)[]; tone?: string }[];
  unit?: string;
  /** One address per category: a click on a bar opens the rows behind it. */
  urls?: string[];
}

const ink = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--ew-${name}`).trim();
const tones = ["info", "urgent", "ok", "supervised", "quiet", "critical"];
const shapes = ["circle", "triangle", "rect", "diamond", "roundRect", "pin"];

function options(data: ChartData): ECBasicOption {
  const axis = { axisLine: { lineStyle: { color: ink("line-strong") } }, axisLabel: { color: ink("muted") }, splitLine: { lineStyle: { color: ink("line") } } };
  const values = { type: "value", name: data.unit, nameTextStyle: { color: ink("muted") }, minInterval: 1, ...axis };
  const names = { type: "category", data: data.categories, inverse: data.kind === "ranking", ...axis };
  return {
    animation: false,
    textStyle: { fontFamily: ink("font"), color: ink("text") },
    color: data.series.map((one, index) => ink(one.tone === "quiet" ? "line-strong" : (one.tone ?? tones[index % tones.length]!))),
    // Colour is never the only sign: bars get patterns, lines get different marks.
    aria: { enabled: true, decal: { show: data.series.length > 1 } },
    grid: { left: 8, right: 16, top: data.series.length > 1 ? 32 : 24, bottom: 4, containLabel: true },
    legend: data.series.length > 1 ? { top: 0, textStyle: { color: ink("text") }, icon: "rect" } : undefined,
    tooltip: { trigger: "axis", backgroundColor: ink("surface"), borderColor: ink("line-strong"), textStyle: { color: ink("text") }, confine: true },
    xAxis: data.kind === "ranking" ? values : names,
    yAxis: data.kind === "ranking" ? names : values,
    series: data.series.map((one, index) => ({
      name: one.name,
      type: data.kind === "line" ? "line" : "bar",
      stack: data.kind === "stacked" ? "all" : undefined,
      data: one.values,
      symbol: shapes[index % shapes.length],
      symbolSize: 7,
      barMaxWidth: 28,
      label: { show: data.kind === "ranking", position: "right", color: ink("text") },
    })),
  };
}

/**
 * `<figure class="ew-chart" data-chart><figcaption/><script type="application/json">{ChartData}</script><details>table</details>`.
 * The table is what is true; the picture is drawn above it and follows the theme and the width.
 */
export function mountChart(figure: HTMLElement): void {
  const source = figure.querySelector<HTMLScriptElement>('script[type="application/json"]');
  if (!source) return;
  const data = JSON.parse(source.textContent ?? "") as ChartData;
  const canvas = document.createElement("div");
  canvas.className = "ew-chart-canvas";
  if (figure.dataset.height) canvas.style.height = figure.dataset.height;
  source.before(canvas);
  const chart = init(canvas, undefined, { renderer: "svg" });
  const draw = (): void => void chart.setOption(options(data), true);
  draw();
  chart.on("click", (event) => {
    const url = data.urls?.[event.dataIndex];
    if (url) location.assign(url);
  });
  const watcher = new ResizeObserver(() => chart.resize());
  watcher.observe(canvas);
  const themes = new MutationObserver(draw);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme", "data-contrast"] });
  figure.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (event.target !== figure) return;
    watcher.disconnect();
    themes.disconnect();
    chart.dispose();
  });
}

// What the pages do in the browser beyond htmx: theme, ageing of relative times, copy buttons, and charts. Every page can be
// read without it but the charts. Forms are in forms.js.
(function () {
  "use strict";

  // Theme -----------------------------------------------------------------------------------------------------------

  const THEMES = ["auto", "light", "dark"];
  const root = document.documentElement;

  function showTheme(theme) {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const name = document.querySelector("[data-theme-name]");
    name.textContent = { auto: "System", light: "Light", dark: "Dark" }[theme];
    document.querySelector("[data-theme-toggle]").setAttribute("aria-label", "Colour theme: " + name.textContent);
  }

  function toggleTheme() {
    const now = root.dataset.theme || "auto";
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    try {
      if (next === "auto") localStorage.removeItem("quantfleet-theme");
      else localStorage.setItem("quantfleet-theme", next);
    } catch (e) {
      // Storage is off: the choice lasts as long as the page.
    }
    showTheme(next);
    drawAll();
  }

  // Relative times, by the rule of the server -----------------------------------------------------------------------

  function rough(seconds) {
    if (seconds < 60) return Math.floor(seconds) + " s";
    if (seconds < 3600) return Math.floor(seconds / 60) + " min";
    return seconds < 172800 ? Math.floor(seconds / 3600) + " h" : Math.floor(seconds / 86400) + " d";
  }

  function age() {
    document.querySelectorAll("time[datetime]").forEach(function (element) {
      const seconds = (Date.now() - Date.parse(element.dateTime)) / 1000;
      if (seconds >= 0) element.textContent = seconds < 5 ? "just now" : rough(seconds) + " ago";
    });
  }

  // Charts ----------------------------------------------------------------------------------------------------------

  const charts = new Map();
  const loading = new Map();

  function token(name) {
    return getComputedStyle(root).getPropertyValue(name).trim();
  }

  function load(url) {
    if (!loading.has(url)) {
      const request = fetch(url, { headers: { accept: "application/json" } })
        .then(function (response) {
          if (!response.ok) throw new Error("HTTP " + response.status);
          return response.json();
        })
        .finally(function () { loading.delete(url); });
      loading.set(url, request);
    }
    return loading.get(url);
  }

  function line(name, data, color, extra) {
    return Object.assign({
      name: name, type: "line", data: data, color: color, showSymbol: data.length < 3, symbolSize: 5,
      lineStyle: { width: 1.75, color: color }, connectNulls: false, animation: false
    }, extra || {});
  }

  function level(name, value, color, type) {
    return {
      yAxis: value * 100, name: name, symbol: "none", lineStyle: { color: color, type: type, width: 1 },
      label: { formatter: name, position: "insideEndTop", color: color, fontSize: 11, distance: 3 }
    };
  }

  function values(data, key, factor) {
    return data.intervals.map(function (interval) {
      const value = interval[key];
      return [interval.at, value === undefined || value === null ? null : value * factor];
    });
  }

  function latency(data) {
    return {
      unit: " ms", min: 0,
      series: [
        line("p50", values(data, "p50", 1), token("--chart-1"), { areaStyle: { color: token("--chart-1"), opacity: 0.08 } }),
        line("p95", values(data, "p95", 1), token("--chart-2"))
      ]
    };
  }

  function accuracy(data) {
    const levels = [];
    if (data.reference.fp32 != null) levels.push(level("FP32", data.reference.fp32, token("--chart-reference"), "dashed"));
    if (data.reference.validation != null) levels.push(level("validation", data.reference.validation, token("--chart-4"), "dotted"));
    if (levels.length === 2 && levels[0].yAxis < levels[1].yAxis) levels[0].label.position = "insideEndBottom";
    else if (levels.length === 2) levels[1].label.position = "insideEndBottom";
    const series = line("accuracy", values(data, "accuracy", 100), token("--chart-3"));
    series.markLine = { silent: true, symbol: "none", animation: false, data: levels };
    const all = series.data.map(function (p) { return p[1]; }).filter(function (v) { return v !== null; })
      .concat(levels.map(function (l) { return l.yAxis; }));
    const low = Math.min.apply(null, all), high = Math.max.apply(null, all);
    const step = [1, 2, 5, 10, 25].find(function (s) { return (high - low) / s <= 4; }) || 25;
    return {
      unit: " %", series: [series], interval: step,
      min: Math.max(0, Math.floor((low - step / 4) / step) * step),
      max: Math.min(100, Math.ceil((high + step / 4) / step) * step)
    };
  }

  function digits(value) {
    return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
  }

  function tooltip(unit) {
    return function (items) {
      const at = new Date(items[0].value[0]).toLocaleString(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
      return at + items.map(function (item) {
        const value = item.value[1];
        return "\n" + item.seriesName + "  " + (value === null ? "–" : (unit === " %" ? value.toFixed(2) : digits(value)) + unit);
      }).join("");
    };
  }

  function option(kind, data) {
    const chart = (kind === "accuracy" ? accuracy : latency)(data);
    const text = token("--muted"), grid = token("--line");
    return {
      animation: false, useUTC: false, textStyle: { fontFamily: token("--font"), fontSize: 11 },
      grid: { left: 8, right: 12, top: 12, bottom: 4, containLabel: true },
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, formatter: tooltip(chart.unit), padding: [6, 10],
        backgroundColor: token("--raised"), borderColor: grid, textStyle: { color: token("--text"), fontSize: 12 },
        axisPointer: { lineStyle: { color: text, width: 1, type: "solid" } }
      },
      xAxis: {
        type: "time", min: data.from, max: data.to, splitLine: { show: false }, axisLine: { lineStyle: { color: grid } },
        axisTick: { show: false }, axisLabel: { color: text, hideOverlap: true }
      },
      yAxis: {
        type: "value", min: chart.min, max: chart.max, interval: chart.interval, splitNumber: 4, splitLine: { lineStyle: { color: grid } },
        axisLabel: { color: text }
      },
      series: chart.series
    };
  }

  function empty(element, text) {
    element.dataset.empty = text;
    const chart = charts.get(element);
    if (chart) chart.clear();
  }

  // What draws is a large script, which would keep the browser from painting the page: it comes behind that.
  let drawing = false;

  function loadDrawing() {
    const where = document.querySelector("meta[name=drawing]");
    if (drawing || !where) return;
    drawing = true;
    requestAnimationFrame(function () {
      setTimeout(function () {
        const script = document.createElement("script");
        script.src = where.content;
        script.onload = drawAll;
        script.onerror = function () {
          drawing = false;
          document.querySelectorAll("[data-chart]").forEach(function (element) { empty(element, "The charts could not be loaded; reload the page"); });
        };
        document.head.append(script);
      });
    });
  }

  function draw(element) {
    if (!window.echarts) return loadDrawing();
    load(element.dataset.src).then(function (data) {
      element.dataset.points = data.intervals.length;
      if (data.intervals.length === 0) return empty(element, "Nothing was measured in this span");
      delete element.dataset.empty;
      let chart = charts.get(element);
      if (!chart) {
        chart = window.echarts.init(element, null, { renderer: "canvas" });
        charts.set(element, chart);
        new ResizeObserver(function () { chart.resize(); }).observe(element);
      }
      chart.setOption(option(element.dataset.chart, data), true);
    }).catch(function () { empty(element, "The figures could not be loaded; trying again with the next ones"); });
  }

  function drawAll() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  // Live ------------------------------------------------------------------------------------------------------------

  function live(text, state) {
    const element = document.querySelector("[data-live]");
    element.textContent = text;
    element.dataset.live = state;
  }

  document.addEventListener("htmx:sseOpen", function (event) {
    live("live", "on");
    event.detail.source.addEventListener("telemetry", drawAll);
  });
  document.addEventListener("htmx:sseError", function () { live("reconnecting", "off"); });

  // What overflows can be scrolled with the keyboard ------------------------------------------------------------------

  function showScrollable() {
    document.querySelectorAll(".scroll, pre, .timeline").forEach(function (element) {
      const overflows = element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
      if (overflows) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    });
  }

  // Small things ----------------------------------------------------------------------------------------------------

  // On a narrow screen the navigation scrolls sideways: to where one is.
  function showWhere() {
    const here = document.querySelector(".side nav [aria-current]");
    if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
  }

  function showCopyButtons() {
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy]").forEach(function (button) { button.hidden = false; });
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-toggle]")) toggleTheme();
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.parentElement.querySelector("code").textContent).then(function () {
        copy.textContent = "Copied";
        setTimeout(function () { copy.textContent = "Copy"; }, 2000);
      });
    }
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterSettle", function () { age(); showCopyButtons(); showScrollable(); });

  showTheme(root.dataset.theme || "auto");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  setInterval(age, 5000);
  addEventListener("resize", showScrollable);
  document.addEventListener("toggle", showScrollable, true);
  showWhere();
  showCopyButtons();
  showScrollable();
  drawAll();
})();

// Forms that call the REST interface. Attributes of a form say how:
//   data-api       where to, with :fields of the form that are not sent otherwise; data-method, if not POST; data-body, if it is always the same
//   data-then      the page to go to, with :fields of the answer
//   data-confirm   what to ask first
//   data-known     the tag of what the form was filled with, and data-thing what it is: saved only if it is still so, or, if empty, if there is none yet
//   data-preview   the fragment that says what the form would do, asked for while it is filled in and put into data-into
// and those of a field how its text is meant: data-number, data-boolean, data-json, data-list (separated by commas), data-labels
// (key=value, separated by commas), data-with (members that its object has beside it), data-percent (given as a percentage, sent as a fraction), data-minutes (sent as a duration).
(function () {
  "use strict";

  // Values ----------------------------------------------------------------------------------------------------------

  function list(text) {
    return text.split(",").map(function (v) { return v.trim(); }).filter(Boolean);
  }

  function labels(text) {
    const object = {};
    list(text).forEach(function (label) {
      const at = label.indexOf("=");
      if (at < 1) throw new Error("'" + label + "' is no label; write key=value, as site=berlin");
      object[label.slice(0, at).trim()] = label.slice(at + 1).trim();
    });
    return object;
  }

  function typed(field, value) {
    const how = field.dataset;
    if ("list" in how) return list(value);
    if ("labels" in how) return labels(value);
    if ("boolean" in how) return value === "true";
    if ("json" in how) return JSON.parse(value);
    if ("percent" in how) return Number((Number(value) / 100).toPrecision(12));
    if ("minutes" in how) return "PT" + Math.round(Number(value) * 60) + "S";
    return field.type === "number" || "number" in how ? Number(value) : value;
  }

  const given = new WeakSet();

  // A field named a.b is member b of object a, one named a.0.b is that of the first of a list; what is left empty is left out,
  // and so are fields that are disabled. A checkbox named a[] adds its value to list a.
  function fields(form) {
    const json = {};
    Array.from(form.elements).forEach(function (field) {
      const off = !field.name || field.disabled || field.closest("fieldset[disabled]") || field.type === "file";
      if (off || ((field.type === "checkbox" || field.type === "radio") && !field.checked) || field.value.trim() === "") return;
      if (field.name.endsWith("[]")) {
        const name = field.name.slice(0, -2);
        (json[name] = json[name] || []).push(field.value);
        return;
      }
      const path = field.name.split("."), last = path.pop();
      const owner = path.reduce(function (object, name) { return object[name] = object[name] || {}; }, json);
      owner[last] = typed(field, field.value);
      if (typeof owner[last] === "object") given.add(owner[last]);
      if (field.dataset.with) Object.assign(owner, JSON.parse(field.dataset.with));
    });
    return lists(json);
  }

  // Objects whose members are numbers become lists, but for those that a field gave as they are.
  function lists(value) {
    if (value === null || typeof value !== "object" || Array.isArray(value) || given.has(value)) return value;
    const names = Object.keys(value);
    names.forEach(function (name) { value[name] = lists(value[name]); });
    return names.length > 0 && names.every(function (name) { return /^\d+$/.test(name); })
      ? names.map(Number).sort(function (a, b) { return a - b; }).map(function (name) { return value[name]; })
      : value;
  }

  function body(form) {
    if (form.dataset.method === "DELETE") return null;
    if (form.dataset.body) return form.dataset.body;
    const json = fields(form);
    placeholders(form).forEach(function (name) { delete json[name]; });
    if (form.enctype !== "multipart/form-data") return JSON.stringify(json);
    const data = new FormData();
    new FormData(form).forEach(function (value, key) {
      if (value instanceof File && value.size > 0) data.append(key, value);
    });
    Object.keys(json).forEach(function (key) {
      data.append(key, typeof json[key] === "object" ? JSON.stringify(json[key]) : String(json[key]));
    });
    return data;
  }

  function placeholders(form) {
    return Array.from(form.dataset.api.matchAll(/:(\w+)/g), function (match) { return match[1]; });
  }

  function where(form) {
    return form.dataset.api.replace(/:(\w+)/g, function (_, name) { return encodeURIComponent(form.elements[name].value.trim()); });
  }

  // Who acts: there is no login yet, so it is what people say, kept in their browser -----------------------------------

  function actor() {
    const field = document.querySelector("[data-actor]");
    return field ? field.value.trim() : "";
  }

  function recallActor() {
    try {
      const name = localStorage.getItem("quantfleet-actor");
      if (name) document.querySelector("[data-actor]").value = name;
    } catch (e) {
      // Storage is off: it lasts as long as the page.
    }
  }

  // Calls -----------------------------------------------------------------------------------------------------------

  function refused(form, text) {
    const failure = form.querySelector(".failure");
    failure.textContent = text;
    failure.hidden = false;
    failure.scrollIntoView({ block: "nearest" });
  }

  function answered(form, request) {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch (e) {
      // Not JSON: the status says enough.
    }
    if (request.status === 412 && "known" in form.dataset) {
      refused(form, form.dataset.known === ""
        ? "There is a " + form.dataset.thing + " of this name already. Choose another name, or edit the one there is."
        : "Somebody else changed this " + form.dataset.thing + " since you opened the page, so nothing was saved. What you entered is still here: open the "
          + form.dataset.thing + " in another tab to see how it is now, then reload this page and enter your changes again.");
    } else if (request.status < 200 || request.status > 299) {
      refused(form, answer.detail || answer.title || "The control plane did not answer (" + request.status + ")");
    } else if (form.dataset.then) {
      location.assign(form.dataset.then.replace(/:(\w+)/g, function (_, key) { return encodeURIComponent(answer[key]); }));
    } else {
      const result = form.querySelector("[data-result]");
      const code = result.querySelector("code");
      code.dataset.template = code.dataset.template || code.textContent;
      code.textContent = code.dataset.template.replace("TOKEN", answer.token)
        .replace(/--device-class \S+/, "--device-class " + answer.deviceClass);
      result.hidden = false;
    }
  }

  function megabytes(bytes) {
    return (bytes / 1048576).toFixed(1) + " MiB";
  }

  function watchUpload(form, request, button) {
    const progress = form.querySelector(".submit progress"), words = form.querySelector("[data-progress]");
    if (!progress) return;
    request.upload.onprogress = function (event) {
      if (!event.lengthComputable) return;
      progress.hidden = false;
      progress.value = event.loaded / event.total;
      if (words) words.textContent = event.loaded < event.total
        ? megabytes(event.loaded) + " of " + megabytes(event.total)
        : "Sent; the control plane looks at it";
    };
    request.addEventListener("loadend", function () {
      progress.hidden = true;
      if (words) words.textContent = "";
    });
  }

  function call(form) {
    const request = new XMLHttpRequest();
    const button = form.querySelector("button[type=submit]");
    let data;
    try {
      data = body(form);
    } catch (e) {
      return refused(form, e.message);
    }
    form.querySelector(".failure").hidden = true;
    button.disabled = true;
    request.open(form.dataset.method || "POST", where(form));
    request.setRequestHeader("accept", "application/json");
    if (actor()) request.setRequestHeader("quantfleet-actor", "UTF-8''" + encodeURIComponent(actor()));
    if (typeof data === "string") request.setRequestHeader("content-type", "application/json");
    if (form.dataset.known) request.setRequestHeader("if-match", form.dataset.known);
    if (form.dataset.known === "") request.setRequestHeader("if-none-match", "*");
    watchUpload(form, request);
    request.onload = function () { answered(form, request); };
    request.onerror = function () { refused(form, "The control plane could not be reached; try again"); };
    request.onloadend = function () { button.disabled = false; };
    request.send(data);
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("[data-api]")) return;
    event.preventDefault();
    if (!form.dataset.confirm || confirm(form.dataset.confirm)) call(form);
  });

  // Previews --------------------------------------------------------------------------------------------------------

  const waiting = new Map();

  function preview(form, delay) {
    const before = waiting.get(form);
    if (before) {
      clearTimeout(before.timer);
      before.abort.abort();
    }
    const now = { abort: new AbortController() };
    now.timer = setTimeout(function () { askForPreview(form, now.abort.signal); }, delay);
    waiting.set(form, now);
  }

  function askForPreview(form, signal) {
    const target = document.querySelector(form.dataset.into);
    let data;
    try {
      const said = fields(form);
      if (form.dataset.previewName) said.name = form.dataset.previewName;
      data = JSON.stringify(said);
    } catch (e) {
      target.textContent = e.message;
      return;
    }
    target.setAttribute("aria-busy", "true");
    fetch(form.dataset.preview, {
      method: "POST", body: data, signal: signal, headers: { "content-type": "application/json", accept: "text/html" }
    }).then(function (response) {
      return response.ok ? response.text() : "<p class=\"mistake\">The control plane can't say (" + response.status + "); its log says why.</p>";
    }).then(function (html) {
      target.innerHTML = html;
      target.removeAttribute("aria-busy");
      target.dispatchEvent(new CustomEvent("previewed", { bubbles: true }));
    }).catch(function (e) {
      if (e.name !== "AbortError") target.textContent = "The control plane could not be reached; it is asked again with the next change.";
    });
  }

  ["input", "change"].forEach(function (type) {
    document.addEventListener(type, function (event) {
      const form = event.target.form;
      if (form && form.dataset && form.dataset.preview) preview(form, 250);
    });
  });

  // Stages of a rollout ---------------------------------------------------------------------------------------------

  // A select with data-chooses shows what has its value in data-choice, within data-choices, and turns off the rest.
  function showChosen(choices) {
    const kind = choices.querySelector("[data-chooses]").value;
    choices.querySelectorAll("[data-choice]").forEach(function (label) {
      const chosen = label.dataset.choice.split(" ").includes(kind);
      label.hidden = !chosen;
      label.querySelector("input, select").disabled = !chosen;
    });
  }

  function numberStages(stages) {
    stages.querySelectorAll("[data-stage]").forEach(function (stage, index, all) {
      stage.querySelectorAll("[name]").forEach(function (field) {
        field.name = field.name.replace(/^strategy\.stages\.\w+\./, "strategy.stages." + index + ".");
      });
      stage.querySelector("[data-number-of-stage]").textContent = index + 1;
      stage.querySelector("[data-remove-stage]").disabled = all.length === 1;
      showChosen(stage);
    });
  }

  document.addEventListener("click", function (event) {
    const add = event.target.closest("[data-add-stage]"), remove = event.target.closest("[data-remove-stage]");
    if (!add && !remove) return;
    const form = event.target.form, stages = form.querySelector("[data-stages]");
    if (add) {
      const fresh = document.querySelector("#new-stage").content.cloneNode(true);
      const last = stages.querySelector("[data-stage]:last-of-type");
      stages.insertBefore(fresh, last);
    } else {
      remove.closest("[data-stage]").remove();
    }
    numberStages(stages);
    preview(form, 0);
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-chooses]")) showChosen(event.target.closest("[data-choices]"));
  });

  // Documents: numbers of lines, and the lines at fault ----------------------------------------------------------------

  function showLines(editor) {
    const text = editor.querySelector("textarea"), gutter = editor.querySelector("[data-gutter]");
    const faults = new Set(Array.from(document.querySelectorAll("[data-line]"), function (a) { return a.dataset.line; }));
    const count = text.value.split("\n").length;
    gutter.replaceChildren.apply(gutter, Array.from({ length: count }, function (_, i) {
      const line = document.createElement("span");
      line.textContent = i + 1;
      if (faults.has(String(i + 1))) line.className = "bad";
      return line;
    }));
    gutter.scrollTop = text.scrollTop;
    text.setAttribute("aria-invalid", faults.size > 0 ? "true" : "false");
  }

  function goToLine(number) {
    const text = document.querySelector("[data-editor] textarea"), lines = text.value.split("\n");
    const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[number - 1] || "").length);
    text.scrollTop = Math.max(0, (number - 4) * parseFloat(getComputedStyle(text).lineHeight));
  }

  document.addEventListener("click", function (event) {
    const line = event.target.closest("[data-line]");
    if (line) goToLine(Number(line.dataset.line));
  });
  document.addEventListener("input", function (event) {
    const editor = event.target.closest && event.target.closest("[data-editor]");
    if (editor) showLines(editor);
  });
  document.addEventListener("previewed", function () { document.querySelectorAll("[data-editor]").forEach(showLines); });
  document.addEventListener("scroll", function (event) {
    const editor = event.target.closest && event.target.closest("[data-editor]");
    if (editor) editor.querySelector("[data-gutter]").scrollTop = event.target.scrollTop;
  }, true);

  // Devices that are selected: kept while the list refreshes ------------------------------------------------------------

  const selected = new Set();
  let everything = false;

  function bar() {
    return document.querySelector("[data-bulk]");
  }

  function showSelection() {
    const there = bar();
    if (!there) return;
    const boxes = document.querySelectorAll("[data-select]"), all = document.querySelector("[data-select-page]");
    boxes.forEach(function (box) {
      box.checked = everything || selected.has(box.value);
      box.disabled = everything;
    });
    const list = document.querySelector("[data-total]"), total = Number(list ? list.dataset.total : 0);
    const count = everything ? total : selected.size;
    there.hidden = count === 0;
    there.querySelector("[data-count]").textContent = count === 1 ? "1 device" : count.toLocaleString("en").replace(/,/g, "\u202f") + " devices";
    there.querySelector("[data-select-matching]").hidden = everything || total <= selected.size || !list.dataset.filter;
    if (all) {
      all.checked = boxes.length > 0 && Array.from(boxes).every(function (box) { return box.checked; });
      all.indeterminate = !all.checked && count > 0;
    }
  }

  document.addEventListener("change", function (event) {
    const target = event.target;
    if (target.matches("[data-select]")) {
      if (target.checked) selected.add(target.value); else selected.delete(target.value);
    } else if (target.matches("[data-select-page]")) {
      everything = false;
      document.querySelectorAll("[data-select]").forEach(function (box) {
        if (target.checked) selected.add(box.value); else selected.delete(box.value);
      });
    } else {
      return;
    }
    showSelection();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-select-matching]")) everything = true;
    else if (event.target.closest("[data-select-none]")) {
      everything = false;
      selected.clear();
    } else return;
    showSelection();
  });

  // A form in a dialog acts on the selection: its ids, or the list's filter and how many it had.
  function fillSelection(form) {
    const place = form.querySelector("[data-selection]");
    const list = document.querySelector("[data-total]");
    place.replaceChildren();
    function add(name, value, number) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      if (number) field.dataset.number = "";
      if (name === "devices") field.dataset.list = "";
      place.append(field);
    }
    if (everything) {
      add("filter", list.dataset.filter);
      add("expected", list.dataset.total, true);
    } else {
      add("devices", Array.from(selected).join(","));
    }
    form.querySelectorAll("[data-selected]").forEach(function (words) { words.textContent = bar().querySelector("[data-count]").textContent; });
  }

  // Dialogs -----------------------------------------------------------------------------------------------------------

  document.addEventListener("click", function (event) {
    const open = event.target.closest("[data-dialog]"), close = event.target.closest("[data-close]");
    if (open) {
      const dialog = document.getElementById(open.dataset.dialog);
      const form = dialog.querySelector("form");
      if (form.querySelector("[data-selection]")) fillSelection(form);
      form.querySelector(".failure").hidden = true;
      dialog.showModal();
    }
    if (close) close.closest("dialog").close();
  });

  // At last -----------------------------------------------------------------------------------------------------------

  document.addEventListener("change", function (event) {
    if (!event.target.matches("[data-actor]")) return;
    try {
      localStorage.setItem("quantfleet-actor", actor());
    } catch (e) {
      // Storage is off: it lasts as long as the page.
    }
  });
  document.addEventListener("htmx:afterSwap", showSelection);

  recallActor();
  showSelection();
  document.querySelectorAll("[data-choices]").forEach(showChosen);
  document.querySelectorAll("[data-stages]").forEach(numberStages);
  document.querySelectorAll("[data-editor]").forEach(showLines);
  document.querySelectorAll("[data-preview]").forEach(function (form) { preview(form, 0); });
})();

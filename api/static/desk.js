// What pages do beyond plain HTML; every page works without it.
(function () {
  "use strict";

  // Exact sum of decimal texts: integers of 10^-6, never floats.
  function micro(text) {
    const match = /^\s*(-?)(\d+)(?:\.(\d{1,6})\d*)?\s*$/.exec(text.replace(/[,，]/g, ""));
    if (!match) return 0n;
    const value = BigInt(match[2]) * 1000000n + BigInt((match[3] || "").padEnd(6, "0"));
    return match[1] ? -value : value;
  }

  function spelled(value) {
    const sign = value < 0n ? "-" : "";
    const size = value < 0n ? -value : value;
    const rest = String(size % 1000000n).padStart(6, "0").replace(/0+$/, "");
    return sign + String(size / 1000000n) + (rest ? "." + rest : "");
  }

  document.addEventListener("alpine:init", function () {
    // A table of rows: add, remove, renumber, and sum the weights.
    Alpine.data("rows", function () {
      return {
        init() {
          const root = this.$el;
          const body = root.querySelector("[data-rows]");
          const blank = root.querySelector("template[data-blank]");
          const add = root.querySelector("[data-add]");
          if (add && blank) {
            add.addEventListener("click", (event) => {
              event.preventDefault();
              body.append(blank.content.cloneNode(true));
              this.renumber(body);
              const first = body.lastElementChild.querySelector("input, select, textarea");
              if (first) first.focus();
            });
          }
          body.addEventListener("click", (event) => {
            const button = event.target.closest("[data-remove]");
            if (!button) return;
            event.preventDefault();
            button.closest("tr").remove();
            this.renumber(body);
            this.weigh(root);
            body.dispatchEvent(new Event("change", { bubbles: true }));
          });
          root.addEventListener("input", () => this.weigh(root));
          this.weigh(root);
        },
        renumber(body) {
          const table = body.dataset.table;
          const pattern = new RegExp("^" + table + "\\.[^.]+\\.");
          Array.from(body.rows).forEach((row, index) => {
            row.querySelectorAll("[name]").forEach((field) => {
              field.name = field.name.replace(pattern, table + "." + index + ".");
              if (field.hasAttribute("data-remove")) field.value = table + "." + index;
              else if (field.id) {
                const label = row.querySelector('label[for="' + CSS.escape(field.id) + '"]');
                field.id = "f-" + field.name.replace(/\./g, "-");
                if (label) label.htmlFor = field.id;
              }
            });
          });
        },
        weigh(root) {
          const output = root.querySelector("[data-total]");
          if (!output) return;
          let total = 0n;
          root.querySelectorAll("[data-rows] [data-weight]").forEach((field) => { total += micro(field.value); });
          output.textContent = spelled(total);
          output.classList.toggle("off", total !== 90000000n);
        },
      };
    });

    // A file being typed: numbers beside its lines, and findings that lead to theirs.
    Alpine.data("numbered", function () {
      return {
        init() {
          const area = this.$el.querySelector("textarea");
          const gutter = this.$el.querySelector(".gutter");
          let shown = 0;
          const number = () => {
            const count = area.value.split("\n").length;
            if (count !== shown) gutter.textContent = Array.from({ length: count }, (_, at) => at + 1).join("\n");
            shown = count;
            gutter.scrollTop = area.scrollTop;
          };
          gutter.hidden = false;
          area.addEventListener("input", number);
          area.addEventListener("scroll", number);
          number();
          document.addEventListener("click", (event) => {
            const link = event.target.closest('.notice a[href^="#l-"]');
            if (!link) return;
            event.preventDefault();
            const lines = area.value.split("\n");
            const at = Math.min(Number(link.hash.slice(3)), lines.length) - 1;
            const start = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
            area.focus();
            area.setSelectionRange(start, start + lines[at].length);
            area.scrollTop = area.scrollHeight * at / lines.length - area.clientHeight / 3;
            area.scrollLeft = 0;
          });
        },
      };
    });

    // The form as a whole: the unit beside every amount follows the unit chosen.
    Alpine.data("entry", function () {
      return {
        init() {
          const form = this.$el;
          const unit = form.querySelector("[name='amount_unit']");
          if (unit) {
            unit.addEventListener("change", () => {
              const chosen = unit.selectedOptions[0];
              if (chosen && chosen.value) form.querySelectorAll("[data-unit]").forEach((mark) => { mark.textContent = chosen.textContent; });
            });
          }
        },
      };
    });

    // A list to choose from: all or none.
    Alpine.data("choose", function () {
      return {
        init() {
          const table = this.$el;
          const all = table.querySelector("[data-all]");
          if (all) all.addEventListener("change", () => table.querySelectorAll("tbody input[type=checkbox]").forEach((box) => { box.checked = all.checked; }));
        },
      };
    });
  });

  document.addEventListener("DOMContentLoaded", function () {
    const summary = document.getElementById("summary");
    if (summary) summary.focus();
    document.querySelectorAll("[data-print]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    });
  });
})();

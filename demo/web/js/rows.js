// @ts-check
// Results as rows with the columns of `fsanet estimate`, as CSV and JSON lines.

/** @typedef {Record<string, string | number | null>} Row */
/** @typedef {{columns: string[], digits: Record<string, number>}} RowFormat */

/** A row with exactly the wanted columns, its figures rounded. @param {Row} values @param {RowFormat} format @returns {Row} */
export function makeRow(values, { columns, digits }) {
  return Object.fromEntries(columns.map((name) => [name, rounded(values[name] ?? null, digits[name])]));
}

/** @param {string | number | null} value @param {number | undefined} digits */
function rounded(value, digits) {
  return typeof value === "number" && digits !== undefined ? Number(value.toFixed(digits)) : value;
}

/** @param {Row[]} rows @param {RowFormat} format */
export function asCsv(rows, { columns }) {
  const lines = rows.map((row) => columns.map((name) => field(row[name])).join(","));
  return [columns.join(","), ...lines].join("\n") + "\n";
}

/** @param {string | number | null} value */
function field(value) {
  const text = value === null ? "" : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Row[]} rows */
export function asJsonLines(rows) {
  return rows.map((row) => JSON.stringify(row) + "\n").join("");
}

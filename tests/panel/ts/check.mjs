// tsc over the declarations: each request of the fixtures becomes a typed constant, which compiles or
// does not, as `expected.tsv` says. Usage: npm ci && node check.mjs
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const fixtures = join(here, "../../../fixtures");

/** Refused by the types though it is no error of the linter, and why that stays. */
const ignored = "beside a base video any duration is ignored; the closed set is worth more to all others";
const empty = "an empty text is no value of a closed set; the linter warns, and takes it as absent";
const stricter = new Map([
  ["requests/valid/omni-video/base-video-any-duration.json", ignored],
  ["requests/invalid/omni-video/KL3006-duration-with-base-video.bad.json", ignored],
  ["requests/invalid/image2video/KL2007-mode.bad.json", empty],
  ["requests/invalid/multi-image2image/KL2007-style-image.bad.json", empty],
]);

/** Accepted by the types though a compiler could be thought to see it. */
const milder = new Set([
  // TypeScript has no whole numbers.
  "requests/invalid/multi-image2image/KL1002-n-fraction.bad.json",
]);

/** The value at a JSON Pointer. */
function at(value, pointer) {
  for (const step of pointer.split("/").slice(1)) {
    value = value?.[step.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return value;
}

/** Whether a compiler can see this finding. */
function isVisible({ rule, severity, pointer }, body) {
  const value = at(body, pointer);
  switch (rule) {
    case "KL1001": // missing: an empty text is a text, and what only Kling requires is optional here
      return severity === "error" && typeof value !== "string";
    case "KL1002": // wrong type
    case "KL1003": // null
    case "KL1004": // unknown key
    case "KL1005": // misspelt key
    case "KL1006": // key of Kling's own
    case "KL1007": // key written twice
    case "KL1008": // the other spelling
    case "KL1009": // old key
    case "KL1010": // the editor's key
    case "KL1011": // tolerated shape
    case "KL1012": // key of another item
    case "KL2003": // outside a closed set
      return true;
    default:
      return false;
  }
}

const declarations = "../../../../kling-schema/schemas/kling";
const names = readFileSync(join(here, declarations.slice(3) + ".d.ts"), "utf8")
  .match(/interface KlingRequest \{([^}]*)\}/)[1]
  .match(/[\w-]+(?="?:)/g);

function findings() {
  const byFile = new Map();
  const lines = readFileSync(join(fixtures, "requests/expected.tsv"), "utf8").split("\n");
  for (const line of lines.filter((line) => line && !line.startsWith("#"))) {
    const [file, rule, severity, pointer] = line.split("\t");
    byFile.set(file, [...(byFile.get(file) ?? []), { rule, severity, pointer: pointer ?? "" }]);
  }
  return byFile;
}

/** Every request of an endpoint: its text on one line, and what the linter says. */
function* requests() {
  const expected = findings();
  for (const kind of ["valid", "invalid"]) {
    for (const endpoint of names) {
      for (const name of readdirSync(join(fixtures, "requests", kind, endpoint)).sort()) {
        const file = `${kind}/${endpoint}/${name}`;
        yield { path: `requests/${file}`, endpoint, findings: expected.get(file) ?? [] };
      }
    }
  }
  for (const name of readdirSync(join(fixtures, "pages/requests")).sort()) {
    yield { path: `pages/requests/${name}`, endpoint: name.replace(".json", ""), findings: [] };
  }
}

const out = [`import type { KlingRequest } from "${declarations}";`];
const count = { accepted: 0, refused: 0 };
for (const { path, endpoint, findings } of requests()) {
  const text = readFileSync(join(fixtures, path), "utf8");
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    continue; // no JSON, no constant
  }
  if (body === null || typeof body !== "object") continue;
  // Refused as a whole, before its keys: too deep for a compiler too.
  if (findings.some(({ rule }) => rule.startsWith("KL01"))) continue;
  const seen = milder.has(path) ? [] : findings.filter((finding) => isVisible(finding, body));
  const reason = stricter.get(path) ?? seen.map(({ rule, pointer }) => `${rule} ${pointer}`).join(", ");
  out.push("", `// ${path}`);
  if (reason) out.push(`// @ts-expect-error ${reason}`);
  count[reason ? "refused" : "accepted"] += 1;
  const line = text.trim().replace(/\s*[\r\n]+\s*/g, " ");
  out.push(`export const request${out.length}: KlingRequest["${endpoint}"] = ${line};`);
}
if (count.accepted < 100 || count.refused < 50) throw new Error(`too few: ${JSON.stringify(count)}`);
mkdirSync(join(here, "build"), { recursive: true });
writeFileSync(join(here, "build/requests.ts"), out.join("\n") + "\n");

try {
  const tsc = join(here, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", here], { stdio: "inherit" });
} catch {
  console.error("tsc does not agree with fixtures/requests/expected.tsv");
  process.exit(1);
}
console.log(`tsc: ${count.accepted} requests compile, ${count.refused} do not, as expected`);

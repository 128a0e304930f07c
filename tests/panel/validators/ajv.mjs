// ajv, strict: for each schema and document the rules that it breaks, or null.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
const documents = cases.documents.map((text) => JSON.parse(text));
const keywords = Object.keys(JSON.parse(readFileSync(cases.vocabulary, "utf8")).properties);

/** The rule that an error breaks: the innermost `x-kling-code` on its path through the schema. */
function code(schema, { schemaPath, keyword }) {
  let found;
  let at = schema;
  for (const step of schemaPath.split("/").slice(1)) {
    const own = at?.["x-kling-code"];
    found = (typeof own === "object" ? own[keyword] : own) ?? found;
    at = at?.[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return found ?? `no rule at ${schemaPath}`;
}

/** Without what says nothing by itself: `if`, and what a value of another type breaks too. */
function own(errors) {
  const depth = ({ schemaPath }) => schemaPath.split("/").length;
  const types = new Map();
  for (const error of errors.filter(({ keyword }) => keyword === "type")) {
    const other = types.get(error.instancePath);
    if (!other || depth(error) < depth(other)) types.set(error.instancePath, error);
  }
  return errors.filter((error) => error.keyword !== "if" && (types.get(error.instancePath) ?? error) === error);
}

const out = {};
for (const [tool, profile, Class] of [["ajv", "2020-12", Ajv2020], ["ajv-07", "draft-07", Ajv]]) {
  for (const closed of ["", ".closed"]) {
    out[tool + closed] = {};
    for (const [name, path] of Object.entries(cases.schemas[profile + closed])) {
      const schema = JSON.parse(readFileSync(path, "utf8"));
      // A schema that strict mode finds fault with throws here.
      const ajv = new Class({ strict: true, allErrors: true });
      ajv.addVocabulary(keywords);
      const validate = ajv.compile(schema);
      out[tool + closed][name] = documents.map((document) => {
        if (validate(document)) return null;
        return [...new Set(own(validate.errors).map((error) => code(schema, error)))].sort();
      });
    }
  }
}
process.stdout.write(JSON.stringify(out));

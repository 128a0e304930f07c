// ajv, strict: for each schema and document the rules that it breaks, or null.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
// As docs/front-end.md has it.
import { findings } from "./build/findings.mjs";

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
const documents = cases.documents.map((text) => JSON.parse(text));
const keywords = Object.keys(JSON.parse(readFileSync(cases.vocabulary, "utf8")).properties);

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
        const codes = findings(schema, validate.errors).map(({ code, error }) => code ?? `no rule at ${error.schemaPath}`);
        return [...new Set(codes)].sort();
      });
    }
  }
}
process.stdout.write(JSON.stringify(out));

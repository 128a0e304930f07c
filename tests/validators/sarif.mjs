// ajv, with the formats of URIs and dates, over the logs named on the command line.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const read = (path) => JSON.parse(readFileSync(path, "utf8"));
// One pattern of the schema has a bracket too many for the `u` flag.
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(read(new URL("../../fixtures/sarif/sarif-schema-2.1.0.json", import.meta.url)));
for (const path of process.argv.slice(2)) {
  if (!validate(read(path))) {
    console.error(`${path}: ${ajv.errorsText(validate.errors)}`);
    process.exitCode = 1;
  }
}

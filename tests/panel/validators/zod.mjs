// zod, from JSON Schema: for each schema and document an empty list if it is refused, or null.
import { readFileSync } from "node:fs";
import * as z from "zod";

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
const documents = cases.documents.map((text) => JSON.parse(text));

const out = {};
for (const closed of ["", ".closed"]) {
  out["zod" + closed] = {};
  for (const [name, path] of Object.entries(cases.schemas["zod" + closed])) {
    const schema = z.fromJSONSchema(JSON.parse(readFileSync(path, "utf8")));
    out["zod" + closed][name] = documents.map((document) => (schema.safeParse(document).success ? null : []));
  }
}
process.stdout.write(JSON.stringify(out));

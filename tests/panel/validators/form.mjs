// The form of docs/front-end.md: it renders, and its errors are ours.
import assert from "node:assert/strict";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import validator from "@rjsf/validator-ajv8";
import schema from "./build/schemas/kling-image2video.draft-07.json" with { type: "json" };
import { Image2VideoForm, transformErrors } from "./build/out/form.js";

const page = renderToStaticMarkup(createElement(Image2VideoForm, { onSubmit() {} }));
for (const key of Object.keys(schema.properties)) assert.match(page, new RegExp(`root_${key}\\b`));

const check = (data) => (validator.default ?? validator).validateFormData(data, schema, undefined, transformErrors).errors;
const image = "https://media.acme.com/cat.jpg";
assert.deepEqual(check({ image }), []);
assert.deepEqual(check({ image, mode: "fast" }).map(({ message }) => message.match(/\[(.*)\]/)[1]), ["KL2003"]);
assert.deepEqual(check({}).map(({ message }) => message.match(/\[(.*)\]/)[1]), ["KL1001"]);

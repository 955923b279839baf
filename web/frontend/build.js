// Bundles everything the console's pages load into web/static/build.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

const from = new URL("./", import.meta.url).pathname;
const to = new URL("../static/build/", import.meta.url).pathname;

await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
await build({
  entryPoints: ["console", "drawing", "viewer", "map"].map((name) => `${from}${name}.js`),
  outdir: to,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome100", "firefox100", "safari15"],
  loader: { ".png": "dataurl", ".svg": "dataurl", ".woff": "dataurl", ".woff2": "dataurl" },
  external: ["../font/bpmn.eot*"], // the font of the drawing board for browsers long gone
  legalComments: "linked",
  logLevel: "warning",
});
await build({ // phones are older than office PCs
  entryPoints: ["phone", "phone-sw"].map((name) => `${from}${name}.js`),
  outdir: to,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome73", "firefox78", "safari14.1"],
  legalComments: "linked",
  logLevel: "warning",
});
await copyFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), `${to}axe.js`);

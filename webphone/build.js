// Builds what the web phone's page loads into the folder that package templates
// embeds: one script, and the licences of all that is in it.
import { build } from "esbuild";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "..", "templates", "static", "built");

// What may be given to every visitor with no more than its notice.
const allowed = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause"]);

const { outputFiles, metafile } = await build({
  absWorkingDir: here, entryPoints: ["call.js"], bundle: true, format: "esm", target: "es2020", minify: true,
  metafile: true, write: false, outdir: folder, logLevel: "warning",
});

// packages are the folders of the libraries that esbuild really took.
function packages() {
  const inside = Object.keys(metafile.inputs).map((file) => file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]);
  return [...new Set(inside)].filter(Boolean).sort();
}

async function licence(dir) {
  const { name, version, license, homepage } = JSON.parse(await readFile(join(here, dir, "package.json"), "utf8"));
  if (!allowed.has(license)) throw new Error(`${name} ${version}: the licence ${license} is not one we may pass on`);
  const file = (await readdir(join(here, dir))).find((f) => /^licen[cs]e/i.test(f));
  if (!file) throw new Error(`${name} ${version} has no text of its licence`);
  const text = (await readFile(join(here, dir, file), "utf8")).replaceAll("\r\n", "\n").trim();
  return { name, version, license, text: `${name} ${version} (${license})${homepage ? `, ${homepage}` : ""}\n\n${text}\n` };
}

const licences = await Promise.all(packages().map(licence));
if (!licences.some(({ name }) => name === "jssip")) throw new Error("JsSIP is not in the bundle: the licences would be wrong");
const names = licences.map(({ name, version, license }) => `${name} ${version} (${license})`).join(", ");
const notice = `/*! Contains ${names}; the page that loads this leads to their notices. */\n`;

// Whoever builds the program meanwhile finds the old file or the new one: names
// with a dot are not embedded.
async function put(name, content) {
  await writeFile(join(folder, "." + name), content);
  await rename(join(folder, "." + name), join(folder, name));
}

await mkdir(folder, { recursive: true });
await put("licences.txt", `The web phone's script contains these libraries.\n\n${licences.map(({ text }) => text).join("\n----\n\n")}`);
await put("call.js", notice + outputFiles[0].text); // last: its time tells what is up to date

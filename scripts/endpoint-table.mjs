import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// Each address of the API is declared in its own folder under app/confidential, in a file that Next does not take for a
// route: 146 routes would be 146 bundles of the same code. This table ties them together; its one route is [[...rest]].
const FOLDER = "app/confidential";

/** The generated module, which is committed: a new address is seen in review. */
export const ENDPOINT_TABLE_FILE = `${FOLDER}/endpoints.ts`;

/** Returns the folders under app/confidential that declare an endpoint, in order. */
export function endpointFolders(root) {
  return readdirSync(path.join(root, FOLDER), { recursive: true, encoding: "utf8" })
    .filter((name) => path.basename(name) === "endpoint.ts")
    .map((name) => path.dirname(name).split(path.sep).join("/"))
    .sort();
}

/** Returns the text of the generated module. */
export function endpointTableModule(folders) {
  return [
    "// Written by `npm run generate` (scripts/endpoint-table.mjs). Do not edit.",
    "",
    'import type { EndpointTable } from "@/lib/http/dispatch/router";',
    ...folders.map((folder, at) => `import { endpoint as endpoint${at} } from "./${folder}/endpoint";`),
    "",
    "/** Every address of the API, by its folder. */",
    "export const ENDPOINTS: EndpointTable = [",
    ...folders.map((folder, at) => `  ["${folder}", endpoint${at}],`),
    "];",
    "",
  ].join("\n");
}

/** Writes the generated module where it is not up to date. */
export function writeEndpointTable(root) {
  const file = path.join(root, ENDPOINT_TABLE_FILE);
  const text = endpointTableModule(endpointFolders(root));
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

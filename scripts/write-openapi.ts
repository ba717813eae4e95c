import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openApiText } from "@/lib/api-client/openapi/document";
import packageJson from "@/package.json";

// `npm run openapi`: writes docs/openapi.json as the declarations are. A unit test compares the two.
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = path.join(root, "docs/openapi.json");
writeFileSync(file, openApiText(packageJson.version));
process.stdout.write(`${path.relative(process.cwd(), file)} is as the declarations are\n`);

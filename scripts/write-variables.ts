import { writeFileSync } from "node:fs";
import path from "node:path";
import { variablesPage } from "@/lib/env/variables-table";
import { PROGRAM_ROOT } from "@/lib/launch/program";

// `npm run variables`: writes docs/variables.md as lib/env declares them. A unit test compares the two.
const file = path.join(PROGRAM_ROOT, "docs/variables.md");
writeFileSync(file, variablesPage(path.join(PROGRAM_ROOT, "lib")));
process.stdout.write(`${path.relative(process.cwd(), file)} is as the declarations are\n`);

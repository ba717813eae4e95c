import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Policy, ReceiptFile } from "@/lib/audit/verify/bundle-format";
import { describeReport } from "@/lib/audit/verify/describe-report";
import { verifyBundle } from "@/lib/audit/verify/verify-bundle";

// Verifies a bundle with nothing but this program, the bundle and the checker's own keys.
const USAGE = "usage: npm run verify -- BUNDLE [--policy FILE] [--receipt FILE]... [--json]\n";
const EXIT = { verified: 0, wrong: 1, consistent: 3 } as const;

function usage(reason: string): never {
  process.stderr.write(`${reason}\n${USAGE}`);
  process.exit(2);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return usage(`${file} cannot be read`);
  }
}

function readJson<T>(file: string, schema: { parse(value: unknown): T }): T {
  try {
    return schema.parse(JSON.parse(read(file).toString("utf8")));
  } catch {
    return usage(`${file} is not in the expected form`);
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        policy: { type: "string" },
        receipt: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
      },
    });
  } catch {
    return usage("unknown option");
  }
}

const { positionals, values } = readArguments();
const [bundle, ...rest] = positionals;
if (bundle === undefined || rest.length > 0) usage("name one bundle");
const report = verifyBundle(new Uint8Array(read(bundle)), {
  ...(values.policy === undefined ? {} : { policy: readJson(values.policy, Policy) }),
  receipts: values.receipt.map((file) => readJson(file, ReceiptFile)),
});
process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : describeReport(report));
process.exitCode = EXIT[report.verdict];

import { execFile } from "node:child_process";
import { PROGRAM_ROOT, scriptArguments } from "@/lib/launch/program";

/** How a command of an operator ended. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the operator's scripts with these variables alone, PATH and TMPDIR: `op.ts` is `npm run op`. */
export function operate(
  variables: Readonly<Record<string, string>>,
  script: string,
  ...words: readonly string[]
): Promise<Ended> {
  const env = {
    NODE_ENV: "production" as const,
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    ...variables,
  };
  return new Promise((resolve) => {
    const args = scriptArguments(script, ...words);
    execFile(process.execPath, args, { cwd: PROGRAM_ROOT, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(Reflect.get(error, "code"));
      resolve({ code, stdout, stderr });
    });
  });
}

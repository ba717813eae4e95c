import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** Debian's own interpreter comes first, because the comparison is with Debian's package. */
const INTERPRETERS = ["/usr/bin/python3", "python3"];
const VERSIONS = "import cryptography, platform; print(platform.python_version(), cryptography.__version__)";

/** The old system's construction in Python. It answers with the CPU time of its rounds. */
export interface PythonWay {
  readonly name: string;
  time(kind: "seal" | "open", count: number): Promise<number>;
  close(): void;
}

function findInterpreter(): { readonly program: string; readonly name: string } | undefined {
  for (const program of INTERPRETERS) {
    const { status, stdout } = spawnSync(program, ["-c", VERSIONS], { encoding: "utf8" });
    const [python, cryptography] = (stdout ?? "").trim().split(" ");
    if (status === 0) return { program, name: `Python ${python} with cryptography ${cryptography}` };
  }
  return undefined;
}

/** Starts it. Returns undefined where no python3 has the package `cryptography` (Debian: python3-cryptography). */
export async function startPythonWay(): Promise<PythonWay | undefined> {
  const found = findInterpreter();
  if (found === undefined) return undefined;
  const child = spawn(found.program, ["bench/python-way.py"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error("python ended");
    return value;
  };
  await next();
  return {
    name: found.name,
    time: async (kind, count) => {
      child.stdin.write(`${kind} ${count}\n`);
      return Number(await next());
    },
    close: () => void child.kill(),
  };
}

import "server-only";

/** Shows the operator the progress of a command. */
export interface Progress {
  /** Shows one line. */
  say(line: string): void;
  /** Shows the step, runs it and shows how long it took. */
  step<T>(what: string, run: () => Promise<T>): Promise<T>;
}

/** Returns a progress on standard output, with the seconds since `startedAtMs` before each step. */
export function consoleProgress(startedAtMs: number): Progress {
  const seconds = (): string => ((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6);
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  return {
    say,
    step: async (what, run) => {
      say(`[${seconds()} s] ${what} …`);
      const result = await run();
      say(`[${seconds()} s] ${what}: done`);
      return result;
    },
  };
}

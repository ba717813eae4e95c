import "server-only";

/** The operator's view: one line a step, on standard output. */
export interface Progress {
  say(line: string): void;
  /** Shows the step, runs it and shows how long it took. */
  step<T>(what: string, run: () => Promise<T>): Promise<T>;
}

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

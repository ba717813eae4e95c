import type { CommandSpec } from "../command";
import { examine, type Finding } from "../doctor";
import { EXIT } from "../exit";

export const DOCTOR_COMMAND: CommandSpec = {
  path: ["doctor"],
  summary: "Check for common problems: files, TLS, the portal, clocks, versions, the key, signing.",
  options: [{ name: "csv", kind: "flag", help: "The findings as CSV." }],
  example: "sealport doctor --profile demo",
  note: "Exit status: 0 where nothing fails, else that of the first failure: 2 for the configuration, 4 for a key that is refused, 7 for a portal that does not answer or is not ready, 1 for anything else.",
  run: async (cx, given) => {
    const findings = await examine(cx);
    const columns = [
      { title: "state", of: ({ state }: Finding) => state },
      { title: "check", of: ({ check }: Finding) => check },
      { title: "detail", of: ({ detail }: Finding) => detail, isWhole: true as const },
    ];
    const shown = findings.map(({ check, state, detail }): Finding => ({ check, state, detail }));
    await cx.out.list(shown, columns, given);
    const worst = findings.find(({ state }) => state === "fail");
    return worst === undefined ? EXIT.done : (worst.exit ?? EXIT.wrong);
  },
};

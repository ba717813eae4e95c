import type { CommandSpec } from "../command";
import { completionScript, SHELLS } from "../completion";
import { usage } from "../exit";

export const COMPLETION_COMMAND: CommandSpec = {
  path: ["completion"],
  summary: "A shell's completion of commands, options and their values.",
  operands: [{ name: "SHELL", help: "Which shell.", choices: SHELLS }],
  example: "source <(sealport completion bash)",
  run: async (cx, given) => {
    const shell = SHELLS.find((one) => one === given.operand("SHELL"));
    if (shell === undefined) throw usage(`SHELL is one of ${SHELLS.join(", ")}`);
    await cx.out.text(completionScript(shell, cx.commands));
    return undefined;
  },
};

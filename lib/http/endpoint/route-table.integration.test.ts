import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { OperationSpec } from "@/lib/api-client/operation";
import { createRouteBench, PROBE, type RouteBench } from "@/lib/testing/routes/route-bench";
import {
  CALLERS,
  type Caller,
  type Credential,
  GUARDED,
  isLetIn,
  nameOf,
  STRANGERS,
  verdictFor,
  verdictForStranger,
} from "@/lib/testing/routes/rows";
import { isDeep } from "@/lib/testing/scale";

let bench: RouteBench;
let rows = 0;

beforeAll(async () => {
  bench = await createRouteBench();
});
afterAll(() => bench?.close());

const Problem = z.object({ code: z.string(), status: z.int() });

/** The portal's answer, in the table's words. The probe's 422 shows that the call reached its input. */
async function verdictOf(response: Response): Promise<string> {
  rows += 1;
  const { code, status } = Problem.parse(await response.json());
  expect(response.status).toBe(status);
  return code === "request.invalid" ? "pass" : `${status} ${code}`;
}

async function answer(operation: OperationSpec, caller: Caller, credential: Credential): Promise<string> {
  const headers = await bench.headersOf(operation, caller, credential);
  const send = () => bench.send(operation, headers, PROBE);
  const isOutside = credential === "signed key" || credential === "unsigned key outside evaluation";
  return verdictOf(await (isOutside ? bench.outsideEvaluation(send) : send()));
}

/** The whole product takes minutes; outside the deep run, all callers where a duty counts; else each role, and one person with a duty, which makes them privileged. */
function callersFor({ duties }: OperationSpec): readonly Caller[] {
  if (isDeep || duties !== undefined) return CALLERS;
  return CALLERS.filter(
    ({ role, duty }) => duty === undefined || (role === "coordinator" && duty === "approve"),
  );
}

/** One person who is allowed, and one who is not where such a role exists. */
function oneOfEach(operation: OperationSpec): readonly Caller[] {
  if (isDeep) return CALLERS;
  const inside = CALLERS.find((caller) => isLetIn(operation, caller));
  const outside = CALLERS.find((caller) => !isLetIn(operation, caller));
  return [inside, outside].filter((caller) => caller !== undefined);
}

/** Rows of one credential that came out otherwise than declared. */
async function differences(
  credential: Credential,
  callers: (operation: OperationSpec) => readonly Caller[],
): Promise<string[]> {
  const found: string[] = [];
  for (const operation of GUARDED)
    for (const caller of callers(operation)) {
      const declared = verdictFor(operation, caller, credential);
      const given = await answer(operation, caller, credential);
      if (given !== declared)
        found.push(`${operation.id}, ${nameOf(caller)}, ${credential}: ${given}, declared ${declared}`);
    }
  return found;
}

describe("route × role × credential", () => {
  it.each(STRANGERS)(
    "%s: an unauthenticated caller does not reach the input of any operation",
    async (credential) => {
      for (const operation of GUARDED) {
        const given = await verdictOf(
          await bench.send(operation, bench.headersOfStranger(operation, credential), PROBE),
        );
        expect([operation.id, given]).toEqual([operation.id, verdictForStranger(credential)]);
      }
    },
  );

  it("key: every role and duty gets what the declaration says", async () => {
    expect(await differences("key", callersFor)).toEqual([]);
  });

  it.each([
    "session",
    "session without step-up",
    "signed key",
    "key without the scope",
    "key from a wrong address",
    "unsigned key outside evaluation",
  ] as const)("%s: every role gets what the declaration says", async (credential) => {
    expect(await differences(credential, oneOfEach)).toEqual([]);
  });

  it("leaves out no operation", () => {
    process.stdout.write(`${GUARDED.length} operations, ${rows} calls\n`);
    expect(rows).toBeGreaterThanOrEqual(GUARDED.length * (STRANGERS.length + 7 + 6));
  });
});

import { operation } from "@/lib/api-client/operation";
import { QuarterPath, TransparencyList, TransparencyReport } from "@/lib/transparency/schema";

const TRANSPARENCY = "/confidential/transparency";

export const listTransparency = operation({
  id: "listTransparency",
  method: "GET",
  path: TRANSPARENCY,
  summary: "Quarters with published figures; the public page /transparency shows them.",
  scopes: "any",
  roles: "any",
  response: { status: 200, schema: TransparencyList },
  rate: "reads",
  action: "transparency.read",
});

export const getTransparency = operation({
  id: "getTransparency",
  method: "GET",
  path: `${TRANSPARENCY}/{quarter}`,
  summary: "Figures of a finished quarter. Small ones are withheld. Published figures never change.",
  scopes: "any",
  roles: "any",
  params: QuarterPath,
  response: { status: 200, schema: TransparencyReport },
  rate: "reads",
  action: "transparency.read",
  immutable: true,
});

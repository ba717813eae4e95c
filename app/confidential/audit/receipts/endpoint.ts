import { getAuditReceipt } from "@/lib/api-client/operations/evidence";
import { getReceipt } from "@/lib/audit/reading/get-receipt";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/receipts", [
  bind(getAuditReceipt, async (cx, { query }) => {
    const receipt = await getReceipt(cx, query);
    return new Reply(200, receipt, {
      "content-disposition": `attachment; filename="${receipt.entry_id}-receipt.json"`,
    });
  }),
]);

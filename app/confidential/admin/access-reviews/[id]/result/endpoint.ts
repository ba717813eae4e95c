import { getResult } from "@/lib/administration/access-review/export-review";
import { getAccessReviewResult } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/access-reviews/{id}/result", [
  bind(
    getAccessReviewResult,
    async (cx, { params: { id } }) =>
      new Reply(200, await getResult(cx, id), {
        "content-disposition": `attachment; filename="access-review-${id}.json"`,
      }),
  ),
]);

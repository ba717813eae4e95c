import { answerPartly as answer } from "@/lib/access/deadlines/answer-partly";
import { answerPartly } from "@/lib/api-client/operations/steering";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/partial-answers", [
  bind(answerPartly, (cx, { params, body }) => answer(cx, params.id, body.reason)),
]);

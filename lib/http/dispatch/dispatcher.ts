import "server-only";
import { readDirectCall, sendAnswer } from "@/lib/http/dispatch/direct-call";
import { type EndpointTable, routerOf } from "@/lib/http/dispatch/router";
import type { Api } from "@/lib/http/dispatch/slot";
import { refusalOfUnreadable } from "@/lib/http/dispatch/unreadable";
import { endpointAt } from "@/lib/http/endpoint/bind";
import { type CallRequest, callOf } from "@/lib/http/endpoint/call-request";
import { answerCall } from "@/lib/http/endpoint/endpoint";
import { type HttpAnswer, responseOf } from "@/lib/http/endpoint/http-answer";

/** Every other address under /confidential: authentication first, then a problem document. */
const UNKNOWN = endpointAt("/confidential/{rest}", []);

/** An address of the API that Next would not change, redirect or refuse. */
const PLAIN = /^\/confidential(?:\/(?!(?:\.|%2[eE]){1,2}(?:\/|$))[\w\-.~!$&'()*+,;=:@%]+)*$/;

/** Returns the path of a request's target if it is a plain address of the API. */
function plainPath(target: string): string | undefined {
  const end = target.indexOf("?");
  const path = end === -1 ? target : target.slice(0, end);
  return PLAIN.test(path) && !target.includes("#") ? path : undefined;
}

/** Returns the API over these endpoints. */
export function createApi(table: EndpointTable): Api {
  const find = routerOf(table);
  const answer = (call: CallRequest, pathname: string): Promise<HttpAnswer> => {
    const { endpoint, params } = find(pathname) ?? { endpoint: UNKNOWN, params: {} };
    return answerCall(endpoint, call, params);
  };
  return {
    respond: async (request) => responseOf(await answer(callOf(request), new URL(request.url).pathname)),
    serve: (incoming, outgoing) => {
      const { method = "GET", url = "/" } = incoming;
      const pathname = plainPath(url);
      if (pathname === undefined) return false;
      const refusal = refusalOfUnreadable(method, pathname);
      const answered =
        refusal === undefined ? answer(readDirectCall(incoming), pathname) : Promise.resolve(refusal);
      // An answer that cannot be made or sent ends its connection: its head may have left already.
      answered.then((one) => sendAnswer(one, incoming, outgoing)).catch(() => outgoing.destroy());
      return true;
    },
  };
}

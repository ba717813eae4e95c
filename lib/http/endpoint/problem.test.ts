import { describe, expect, it } from "vitest";
import { DomainError } from "@/lib/errors";
import { internalProblem, problemHeaders, problemOf, problemResponse } from "@/lib/http/endpoint/problem";

const place = { requestId: "01890000-0000-7000-8000-000000000000", instance: "/confidential/transactions" };

describe("problem documents", () => {
  it("carry every member of RFC 9457 that we promise, and code and request id", async () => {
    const error = new DomainError("request.invalid", {
      detail: "no",
      errors: [{ pointer: "/amount", detail: "is missing" }],
    });
    const response = problemResponse(problemOf(error, place));
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toEqual({
      type: "urn:sealport:problem:request.invalid",
      title: "The request does not match its schema",
      status: 422,
      detail: "no",
      instance: place.instance,
      code: "request.invalid",
      request_id: place.requestId,
      errors: [{ pointer: "/amount", detail: "is missing" }],
    });
  });

  it("let no further member replace a standard one", () => {
    const error = new DomainError("access.purpose", {
      extra: { status: 200, code: "fine", reasons: ["purpose"] },
    });
    expect(problemOf(error, place)).toMatchObject({
      status: 403,
      code: "access.purpose",
      reasons: ["purpose"],
    });
  });

  it("show only the request id of an unexpected failure", () => {
    expect(Object.keys(internalProblem(place)).sort()).toEqual(
      ["code", "instance", "request_id", "status", "title", "type"].sort(),
    );
  });

  it("say how to authenticate and when to come back", () => {
    expect(problemHeaders(new DomainError("auth.required"))).toHaveProperty("www-authenticate");
    expect(problemHeaders(new DomainError("rate.exceeded", { retryAfterSeconds: 9 }))).toEqual({
      "retry-after": "9",
    });
    expect(problemHeaders(new DomainError("service.database-unavailable"))).toHaveProperty("retry-after");
  });
});

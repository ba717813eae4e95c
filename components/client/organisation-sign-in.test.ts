import { describe, expect, it } from "vitest";
import { readReturn } from "@/components/client/organisation-sign-in";

describe("the way back from an identity provider", () => {
  it("reads purpose, state and code from the fragment, and from the query where there is none", () => {
    const sent = "state=step-up.abc&code=xyz&iss=https%3A%2F%2Flogin.example&session_state=left-out";
    const expected = {
      purpose: "step-up",
      returned: { state: "step-up.abc", code: "xyz", iss: "https://login.example" },
    };
    expect(readReturn({ hash: `#${sent}`, search: "" })).toEqual(expected);
    expect(readReturn({ hash: "", search: `?${sent}` })).toEqual(expected);
  });

  it("reads the provider's refusal", () => {
    expect(readReturn({ hash: "#state=sign-in.a&error=access_denied", search: "" })).toEqual({
      purpose: "sign-in",
      returned: { state: "sign-in.a", error: "access_denied" },
    });
  });

  it("takes no state that this portal cannot have drawn", () => {
    for (const hash of ["", "#", "#code=x", "#state=other.abc&code=x", "#state=sign-in&code=x"])
      expect(readReturn({ hash, search: "" })).toBeUndefined();
  });
});

import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ErrorSummary } from "@/components/form/error-summary";
import { show } from "@/lib/testing/components";

const ERRORS = [{ id: "zone", text: "Time zone: write a name of the list." }, { text: "Nothing was sent." }];

describe("the error summary", () => {
  it("takes the focus, lists every error, and leads to the control of each that has one", async () => {
    const { user } = show(
      <>
        <ErrorSummary title="Two answers are missing" errors={ERRORS} />
        <input id="zone" aria-label="Time zone" />
      </>,
    );
    const summary = screen.getByRole("alert", { name: "Two answers are missing" });
    expect(document.activeElement).toBe(summary);
    expect(within(summary).getAllByRole("listitem")).toHaveLength(2);
    await user.click(within(summary).getByRole("link", { name: /Time zone/ }));
    expect(document.activeElement).toBe(screen.getByLabelText("Time zone"));
  });

  it("is absent while there is no error", () => {
    show(<ErrorSummary title="Nothing to say" errors={[]} />);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("leaves the focus where it is when errors are corrected within one attempt", async () => {
    const { rerender } = show(
      <>
        <ErrorSummary title="t" errors={ERRORS} attempt={1} />
        <input aria-label="elsewhere" />
      </>,
    );
    screen.getByLabelText("elsewhere").focus();
    rerender(
      <>
        <ErrorSummary title="t" errors={ERRORS.slice(1)} attempt={1} />
        <input aria-label="elsewhere" />
      </>,
    );
    expect(document.activeElement).toBe(screen.getByLabelText("elsewhere"));
  });
});

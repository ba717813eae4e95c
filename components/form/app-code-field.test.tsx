// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { useState } from "react";
import { expect, it } from "vitest";
import { AppCodeField } from "@/components/form/app-code-field";
import { show } from "@/lib/testing/components";

function Form() {
  const [code, setCode] = useState("");
  const words = { label: "Code", help: "Six digits", error: code === "" ? "Enter the code" : undefined };
  return <AppCodeField id="code" {...words} value={code} onChange={setCode} />;
}

it("a code of an app is typed with digits, filled in by devices, and its fault is named", async () => {
  const { user } = show(<Form />);
  const field = screen.getByRole("textbox", { name: "Code" });
  expect(field.getAttribute("inputmode")).toBe("numeric");
  expect(field.getAttribute("autocomplete")).toBe("one-time-code");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  await user.type(field, "123456789");
  expect(field).toHaveProperty("value", "12345678");
  expect(field.getAttribute("aria-invalid")).not.toBe("true");
});

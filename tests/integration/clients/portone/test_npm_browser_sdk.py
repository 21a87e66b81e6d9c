"""The npm package `@portone/browser-sdk` 0.1.11: its loader uses our double, which is what its types say."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from integration.clients import installing
from playwright.sync_api import Page
from support.browser.shop_page import shop_page_of
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.portone_settings import STORE_ID
from payments.entrypoints.sandbox.web.browser_sdk import SCRIPT
from payments.entrypoints.sandbox.web.portone.windows import PortOneWindows

PACKAGE = "@portone/browser-sdk"
ASKED = {
    "storeId": STORE_ID,
    "channelKey": "channel-key-v2-tosspayments",
    "paymentId": "p1",
    "orderName": "신발",
    "totalAmount": 12_000,
    "currency": "CURRENCY_KRW",
    "payMethod": "CARD",
}
PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8"><link rel="icon" href="data:,"><title>shop</title>
<h1>상점</h1><button id="pay">결제</button><script type="module" src="/shop.js"></script>"""
USE = """
setPortOneJsSdkUrl("%s/v2/browser-sdk.js");
document.getElementById("pay").onclick = function () {
  requestPayment(%s).then(function (value) { document.body.dataset.result = JSON.stringify(value); });
};
"""
CONFIG = {
    "compilerOptions": {
        "allowJs": True,
        "noEmit": True,
        "strict": True,
        "skipLibCheck": True,
        "target": "es2020",
        "module": "nodenext",
        "moduleResolution": "nodenext",
        "lib": ["dom", "es2020"],
        "types": [],
    },
    "files": ["check.ts"],
}


def test_its_loader_opens_our_window(page: Page, sandbox: Sandbox, node: installing.Node) -> None:
    package = (node.package(PACKAGE) / "dist" / "v2.js").read_text("utf-8")
    script = package + USE % (sandbox.portone.url, json.dumps(ASKED))
    with shop_page_of(PAGE, script, sandbox.portone.url) as url:
        page.goto(url)
        page.click("#pay")
        page.frame_locator("iframe").locator("#approve").click()
        page.wait_for_selector("body[data-result]")
        told = json.loads(page.locator("body").get_attribute("data-result") or "")
    assert told == {"transactionType": "PAYMENT", "txId": sandbox.payments("p1")[0].imp_uid, "paymentId": "p1"}


def results(sandbox: Sandbox) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what a page may hear of payments, and of billing keys."""
    windows, portone = PortOneWindows(sandbox), sandbox.portone
    how = {"method": "card", "card_code": "361"}
    heard = [
        windows.press(sandbox.payment(portone.open_window(f"p{number}", 1000, **params)), action, values)
        for number, (params, action, values) in enumerate(
            [
                ({}, "approve", how),
                ({}, "decline", {"reason": "r"}),
                ({}, "leave", {}),
                ({"payMethod": "VIRTUAL_ACCOUNT"}, "issue_vbank", {"bank_code": "088", "cash_receipt": ""}),
                ({"channelKey": "channel-key-v2-manual"}, "approve", how),
            ]
        )
    ]
    heard.append(windows.open("v2_payment", ASKED | {"paymentId": "p0"}, {})["result"])
    asked = ASKED | {"billingKeyMethod": "CARD"}
    keys = []
    for action in ("approve", "decline", "leave"):
        key = portone.keys.find(windows.open("v2_billing_key", asked, {})["id"])
        assert key
        keys.append(windows.press_key(key, action))
    keys.append(windows.open("v2_billing_key", asked | {"channelKey": "none"}, {})["result"])
    return heard, keys


def complaints(node: installing.Node, folder: Path, double: str, heard: tuple[list[Any], list[Any]]) -> str:
    """Return what the compiler says of a double, and of what it gives to a page."""
    (folder / "node_modules").symlink_to(node.folder / "node_modules")
    body = re.sub(r"window\.PortOne = \{", "return {", double)
    (folder / "double.js").write_text(body.replace("(function () {", "export const PortOne = (function () {", 1))
    lines = [
        f'import type Theirs from "{PACKAGE}/v2";',
        f'import type {{ PaymentResponse, IssueBillingKeyResponse }} from "{PACKAGE}/v2";',
        'import { PortOne } from "./double.js";',
        "export const double: typeof Theirs = PortOne;",
        f"export const payments: PaymentResponse[] = {json.dumps(heard[0])};",
        f"export const keys: IssueBillingKeyResponse[] = {json.dumps(heard[1])};",
    ]
    (folder / "check.ts").write_text("\n".join(lines))
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(json.dumps(CONFIG))
    compiler = node.package("typescript") / "bin" / "tsc"
    done = subprocess.run(
        [node.program, str(compiler), "-p", str(folder)], capture_output=True, text=True, timeout=EVENTUALLY
    )
    return done.stdout


def test_its_types_are_those_of_our_double(node: installing.Node, sandbox: Sandbox, tmp_path: Path) -> None:
    assert complaints(node, tmp_path, SCRIPT, results(sandbox)) == ""


@pytest.mark.parametrize(
    ("double", "payment"),
    [
        (SCRIPT.replace("requestPayment: function (request) {", "requestPay: function (request) {"), {}),
        (SCRIPT, {"transactionType": "PAYMENT", "txId": "t", "paymentId": "p", "strange": 1}),
        (SCRIPT, {"transactionType": "PAYMENT", "paymentId": "p"}),
    ],
)
def test_another_type_would_be_noticed(
    node: installing.Node, tmp_path: Path, double: str, payment: dict[str, Any]
) -> None:
    assert "check.ts" in complaints(node, tmp_path, double, ([payment] if payment else [], []))

"""Binary coded decimals: two digits a byte."""


def decimal(data: bytes) -> int | None:
    """The number in little-endian digits; a highest digit F is a minus sign (EN 13757-3, type A).

    None: there are no digits, or one of them is not decimal (meters mark errors so).
    """
    digits = data[::-1].hex()
    unsigned = digits.removeprefix("f")
    if not unsigned.isdecimal():
        return None
    return int(unsigned) if unsigned == digits else -int(unsigned)

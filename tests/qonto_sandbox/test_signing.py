"""The two test vectors that Qonto publishes."""

from qonto_sandbox.webhooks.signing import business_signature, onboarding_signature


def test_onboarding_signature_is_that_of_the_published_vector() -> None:
    body = (
        b'{"id":"75341dcb-0376-474d-97d7-d2c03ff3973c","event_type":"registrations.pending","resource_type":"registration",'
        b'"resource_id":"525817f7-93e8-4f31-a83d-20319778b4b0","created_at":"2022-08-29T13:17:32Z"}'
    )
    assert onboarding_signature("secret_key", body) == {
        "Qonto-SHA256-Signature": "b0d249e653f1310fa5b7f26d5682548afa1799353b92fcafd4cacbd90312023e"
    }


def test_business_signature_is_that_of_the_published_vector() -> None:
    assert business_signature("test-secret", b'{"test":"data"}', 1704110400) == {
        "X-Qonto-Signature": "t=1704110400,v1=56aff06dc227db80d6568a5070f912c601c31f20451745d257cbc0b5dfa93805"
    }

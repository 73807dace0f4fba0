from django.forms.renderers import DjangoTemplates


class PortalRenderer(DjangoTemplates):
    """The widgets of the portal."""

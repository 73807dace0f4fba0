from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Forms and widgets drawn by `templates/django/forms/`, with the portal's filters and icons."""

from django.urls import URLPattern, URLResolver

app_name = "qonto_link"

urlpatterns: list[URLPattern | URLResolver] = []

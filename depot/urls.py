from django.urls import URLPattern, URLResolver

app_name = "depot"

urlpatterns: list[URLPattern | URLResolver] = []
